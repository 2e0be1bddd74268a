// SPDX-License-Identifier: Apache-2.0
import type { AccountNames } from "./sheet.ts";

/** What somebody has at the real server. */
export interface Account {
  readonly user: string;
  readonly server: string;
  /** Empty: the same as `server`. */
  readonly outgoing: string;
}

/** A key of `form` that says what is wrong, by field. */
export type AccountFaults = Partial<Readonly<Record<keyof Account, "userNeeded" | "userWrong" | "serverWrong">>>;

/** The user names that the proxy reads from the right: user%server%mailbox. What is wrong is told by field. */
export function accountNames(
  { user, server, outgoing }: Account,
  mailbox: string,
): { readonly names: AccountNames } | { readonly faults: AccountFaults } {
  const person = user.trim();
  const first = readServer(server);
  const second = outgoing.trim() === "" ? first : readServer(outgoing);
  const faults: AccountFaults = {
    ...(person === "" ? { user: "userNeeded" } : /\p{Cc}/u.test(person) ? { user: "userWrong" } : {}),
    ...(first === undefined ? { server: "serverWrong" } : {}),
    ...(second === undefined && first !== undefined ? { outgoing: "serverWrong" } : {}),
  };
  if (first === undefined || second === undefined || Object.keys(faults).length > 0) return { faults };
  const nameAt = (host: string): string => `${person}%${host}%${mailbox}`;
  return { names: { incoming: nameAt(first), outgoing: nameAt(second) } };
}

/** `host`, `host:port`, `192.0.2.25`, `[2001:db8::25]:port`; names with umlauts become A-labels, as the proxy wants them. */
function readServer(text: string): string | undefined {
  const [, written = "", port] = /^\s*(\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\%]+?)\.?(?::(\d{1,5}))?\s*$/i.exec(text) ?? [];
  if (written === "" || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) return undefined;
  const host = URL.canParse(`http://${written}`) ? new URL(`http://${written}`).hostname : "";
  // A name has a dot, or it is this machine's own.
  if (host === "" || !(host.startsWith("[") || host.includes("."))) return undefined;
  return port === undefined ? host : `${host}:${Number(port)}`;
}
