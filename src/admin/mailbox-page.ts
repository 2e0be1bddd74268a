// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { MailboxCounts } from "../store/contract.ts";
import { summarise } from "./mailbox-view.ts";
import { operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

/**
 * One page of mailboxes, oldest first unless asked otherwise. The cursor names the last mailbox of the page before by
 * what the list is sorted by and its id, not by its place: mailboxes that are made or removed meanwhile neither repeat
 * nor hide others.
 */
export const pageMailboxes = operation({
  input: shapes.mailboxQuery,
  output: shapes.mailboxPage,
  async run({ mailboxes, store, configuration }, { limit, after, search, state, sort, order }) {
    const words = search?.trim().toLowerCase() ?? "";
    const counts = await store.counts();
    const compare = order === "asc" ? inOrder : (one: Place, other: Place) => inOrder(other, one);
    const from = after === undefined ? undefined : readCursor(after, sort);
    const fitting = mailboxes
      .list()
      .filter((each) => (state === undefined || each.state === state) && matches(each, words));
    const found = fitting
      .map((mailbox) => ({ mailbox, id: mailbox.id, key: keyOf(mailbox, counts.get(mailbox.id), sort) }))
      .filter((each) => from === undefined || compare(each, from) > 0)
      .toSorted(compare);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      mailboxes: page.map(({ mailbox }) => summarise(mailbox, counts.get(mailbox.id), configuration)),
      next: last === undefined || page.length === found.length ? null : writeCursor(last, sort),
      total: fitting.length,
    };
  },
});

type Sort = (typeof shapes.mailboxOrders)[number];

interface Place {
  readonly key: number | string;
  readonly id: string;
}

/** What never happened comes before everything that did. */
function keyOf(mailbox: Mailbox, counts: MailboxCounts | undefined, sort: Sort): number | string {
  switch (sort) {
    case "created":
      return mailbox.createdAtMs;
    case "name":
      return mailbox.name.toLowerCase();
    case "messages":
    case "sealedBytes":
      return counts?.[sort] ?? 0;
    case "oldestReceivedAt":
      return counts?.oldestReceivedAtMs ?? 0;
    case "lastReceivedAt":
      return counts?.lastReceivedAtMs ?? 0;
    case "lastPulledAt":
      return counts?.lastPulledAtMs ?? 0;
  }
}

/** The key alone does not do: two may have been made within a millisecond. */
function inOrder(one: Place, other: Place): number {
  return compareKeys(one.key, other.key) || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

function compareKeys(one: number | string, other: number | string): number {
  if (typeof one === "string" && typeof other === "string") return one < other ? -1 : one > other ? 1 : 0;
  return Number(one) - Number(other);
}

function matches({ id, name, description }: Mailbox, words: string): boolean {
  // People paste the whole address.
  return (
    words === "" ||
    [id, name, description].some((text) => text.toLowerCase().includes(words)) ||
    words.startsWith(`${id}@`)
  );
}

function writeCursor({ key, id }: Place, sort: Sort): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString("base64url");
}

function readCursor(text: string, wanted: Sort): Place {
  const [sort, key, id] = cursorParts(text);
  const fits = wanted === "name" ? typeof key === "string" : typeof key === "number";
  if (sort !== wanted || !fits || typeof id !== "string")
    throw new PosternError("admin/bad-request", "after: this is no cursor that a page in this order has given");
  return { key: typeof key === "string" ? key : Number(key), id };
}

function cursorParts(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
