// SPDX-License-Identifier: Apache-2.0

import { PosternError } from "../base/errors.ts";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { MailboxRow, SealedSource } from "./contract.ts";
import { dataDirectory } from "./data-directory.ts";
import { Epochs, readEpochs } from "./epochs.ts";
import { readMailboxes } from "./mailbox-rows.ts";
import { MessageList } from "./message-list.ts";
import { PayloadReader } from "./payload-reader.ts";
import { IndexReader } from "./reader/index-reader.ts";

/** A data directory opened for reading alone; a gateway may be running on it. */
export interface ReadOnlyStore {
  readonly mailboxes: {
    all(): readonly MailboxRow[];
    get(id: MailboxId): MailboxRow | undefined;
  };
  /** What a mailbox holds now, frozen, without a lease. Throws `mailbox/unknown`. */
  maildrop(mailbox: MailboxId): Promise<ReadOnlyMaildrop>;
  stop(): Promise<void>;
}

/** As `Maildrop`, without what changes anything. A message that was removed meanwhile opens as `store/not-found`. */
export interface ReadOnlyMaildrop {
  readonly mailbox: MailboxId;
  readonly count: number;
  pop3Bytes(index: number): number;
  uniqueId(index: number): UniqueId;
  open(index: number): Promise<SealedSource>;
}

/** Opens a data directory without touching it. Throws `store/no-data`, `store/bad-version`. */
export async function openStoreReadOnly(directory: string): Promise<ReadOnlyStore> {
  const reader = new IndexReader(directory);
  const payload = new PayloadReader(dataDirectory(directory));
  const mailboxes = new Map(readMailboxes(reader.index).map((mailbox) => [mailbox.row.id, mailbox]));
  return {
    mailboxes: {
      all: () => [...mailboxes.values()].map(({ row }) => row),
      get: (id) => mailboxes.get(id)?.row,
    },
    async maildrop(id) {
      const mailbox = mailboxes.get(id);
      if (mailbox === undefined) throw new PosternError("mailbox/unknown", id);
      const snapshot = reader.snapshot(mailbox.number);
      // After the snapshot: every message in it belongs to an epoch that is there by now.
      const epochs = new Epochs(readEpochs(reader.index));
      return new MessageList({ id, number: mailbox.number }, snapshot, {
        reader: {
          locations: async (number, sequences) => reader.locations(number, sequences),
          addenda: async (number, sequence) => reader.addenda(number, sequence),
        },
        payload,
        uniqueIdOf: (sequence) => epochs.uniqueId(sequence),
      });
    },
    async stop() {
      await payload.close();
      reader.close();
    },
  };
}
