// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { summarise } from "./mailbox-view.ts";
import { operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

/**
 * One page of mailboxes, oldest first. The cursor names the last mailbox of the page before by time and id, not by its
 * place: mailboxes that are made or removed meanwhile neither repeat nor hide others.
 */
export const pageMailboxes = operation({
  input: shapes.mailboxQuery,
  output: shapes.mailboxPage,
  async run({ mailboxes, store, configuration }, { limit, after, search, state }) {
    const words = search?.trim().toLowerCase() ?? "";
    const from = after === undefined ? undefined : readCursor(after);
    const found = mailboxes
      .list()
      .filter((each) => (state === undefined || each.state === state) && matches(each, words))
      .toSorted(inOrder)
      .filter((each) => from === undefined || inOrder(each, from) > 0);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const counts = await store.counts();
    return {
      mailboxes: page.map((each) => summarise(each, counts.get(each.id), configuration)),
      next: last === undefined || page.length === found.length ? null : writeCursor(last),
    };
  },
});

type Place = Pick<Mailbox, "createdAtMs" | "id">;

/** Time alone does not do: two may be made within a millisecond. */
function inOrder(one: Place, other: Place): number {
  return one.createdAtMs - other.createdAtMs || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

function matches({ id, name, description }: Mailbox, words: string): boolean {
  // People paste the whole address.
  return (
    words === "" ||
    [id, name, description].some((text) => text.toLowerCase().includes(words)) ||
    words.startsWith(`${id}@`)
  );
}

function writeCursor({ createdAtMs, id }: Place): string {
  return `${createdAtMs}.${id}`;
}

function readCursor(text: string): Place {
  const [, atMs, digits] = /^(\d{1,16})\.mbx-([0-9a-f]{32})$/.exec(text) ?? [];
  if (atMs === undefined) throw new PosternError("admin/bad-request", "after: this is no cursor that a page has given");
  return { createdAtMs: Number(atMs), id: `mbx-${digits ?? ""}` };
}
