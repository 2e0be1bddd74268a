// SPDX-License-Identifier: Apache-2.0
import { useSearchParams } from "react-router";

const states = ["", "active", "suspended"] as const;
const orders = [
  "created",
  "name",
  "messages",
  "sealedBytes",
  "oldestReceivedAt",
  "lastReceivedAt",
  "lastPulledAt",
] as const;

/** Which mailboxes are shown, and in which order. */
export interface Filter {
  readonly search: string;
  readonly state: (typeof states)[number];
  readonly sort: (typeof orders)[number];
  readonly order: "asc" | "desc";
}

/** The least that must be said: what is as always stays out of the address. */
const usual: Filter = { search: "", state: "", sort: "created", order: "asc" };

/** In the address, so that the way back from a mailbox leads to the same list, and the list can be sent to somebody. */
export function useFilter(): readonly [Filter, (filter: Filter) => void] {
  const [words, setWords] = useSearchParams();
  const read = (name: keyof Filter): string => words.get(name) ?? usual[name];
  const [state, sort] = [read("state"), read("sort")];
  const filter: Filter = {
    search: read("search"),
    state: isState(state) ? state : usual.state,
    sort: isOrder(sort) ? sort : usual.sort,
    order: read("order") === "desc" ? "desc" : "asc",
  };
  const set = (wanted: Filter): void =>
    setWords(
      Object.entries(wanted).filter(([name, value]) => name in usual && value !== usualValue(name)),
      { replace: true },
    );
  return [filter, set];
}

function usualValue(name: string): string {
  return new Map<string, string>(Object.entries(usual)).get(name) ?? "";
}

export function isState(text: string): text is Filter["state"] {
  return states.some((state) => state === text);
}

export function isOrder(text: string): text is Filter["sort"] {
  return orders.some((order) => order === text);
}

export { orders as mailboxOrders, states as mailboxStates };
