// SPDX-License-Identifier: Apache-2.0

/** Puts mail into a data directory by the store itself: by SMTP a million messages would take many minutes. */
import { systemClock } from "../../src/base/clock.ts";
import { generateMailboxId, parseMailboxId } from "../../src/base/ids.ts";
import type { MailboxRow, Store } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open-store.ts";
import { progress } from "./report.ts";

/** What the fill has under way at once; more only takes memory. */
const depositsAtOnce = 2000;
/** What waits need not open: only counts and listings are asked for. */
const sealedBytes = 300;

/** Runs `work` on the store of a directory that no gateway owns. */
export async function withStore(directory: string, work: (store: Store) => Promise<void>): Promise<void> {
  const log = { event: () => undefined };
  const store = await openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
  try {
    await work(store);
  } finally {
    await store.stop();
  }
}

export function rowOf(store: Store, { id: text }: { readonly id: string }): MailboxRow {
  const id = parseMailboxId(text);
  const row = id === undefined ? undefined : store.mailboxes.get(id);
  if (row === undefined) throw new Error("the mailbox is gone");
  return row;
}

/** More mailboxes, each with an id and a name of its own; they have the template's key unless `recipientOf` makes others. */
export function rowsLike(
  template: MailboxRow,
  count: number,
  recipientOf = (): MailboxRow["recipient"] => template.recipient,
): readonly MailboxRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ...template,
    id: generateMailboxId(),
    name: `Customer ${index}`,
    recipient: recipientOf(),
  }));
}

/** Spreads `count` messages evenly over mailboxes. */
export async function deposit(store: Store, rows: readonly MailboxRow[], count: number): Promise<void> {
  const facts = { traceBytes: 100, contentBytes: 200, contentPop3Bytes: 200, deviations: 0 };
  const sealed = Buffer.alloc(sealedBytes, 7);
  for (let done = 0; done < count; done += depositsAtOnce) {
    if (done % 50_000 === 0) progress(`filling: ${done} of ${count}`);
    const kept = Array.from({ length: Math.min(depositsAtOnce, count - done) }, async (_, index) => {
      const row = rows[(done + index) % rows.length];
      if (row === undefined) throw new Error("no mailbox to fill");
      const begun = store.begin(row.id, { source: "journal", receivedAtMs: done, sealedTo: row.recipient });
      await begun.write(Buffer.from(sealed));
      return begun.commit(facts);
    });
    await Promise.all(kept);
  }
}
