// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import type { MailboxChange, MailboxRow, MailboxTable } from "./contract.ts";
import type { NumberedMailbox } from "./mailbox-rows.ts";

/** The registry's rows as a thread knows them. */
export class MailboxRows implements Pick<MailboxTable, "get" | "all"> {
  readonly #rows = new Map<MailboxId, NumberedMailbox>();
  readonly #ids = new Map<number, MailboxId>();

  constructor(mailboxes: readonly NumberedMailbox[]) {
    for (const mailbox of mailboxes) this.take(mailbox);
  }

  all(): readonly MailboxRow[] {
    return Array.from(this.#rows.values(), ({ row }) => row);
  }

  get(id: MailboxId): MailboxRow | undefined {
    return this.#rows.get(id)?.row;
  }

  /** The number of a mailbox in the index. Throws `mailbox/unknown`. */
  number(id: MailboxId): number {
    const known = this.#rows.get(id);
    if (known === undefined) throw new PosternError("mailbox/unknown", id);
    return known.number;
  }

  idOf(number: number): MailboxId | undefined {
    return this.#ids.get(number);
  }

  /** As `NumberedMailbox`, for a thread that begins. */
  numbered(): readonly NumberedMailbox[] {
    return [...this.#rows.values()];
  }

  take(change: MailboxChange): void {
    if ("removed" in change) {
      const gone = this.#rows.get(change.removed);
      this.#rows.delete(change.removed);
      if (gone !== undefined) this.#ids.delete(gone.number);
    } else {
      this.#rows.set(change.row.id, change);
      this.#ids.set(change.number, change.row.id);
    }
  }
}
