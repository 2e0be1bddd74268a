// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { MailboxChange, MailStore } from "./contract.ts";
import { dataDirectory } from "./data-directory.ts";
import { DepositMemory } from "./deposit-memory.ts";
import { Epochs } from "./epochs.ts";
import { AskedLeases } from "./leases.ts";
import { ThreadMailStore } from "./mail-store.ts";
import { MailboxRows } from "./mailbox-rows-in-memory.ts";
import { PayloadReader } from "./payload-reader.ts";
import { ReaderClient } from "./reader/reader-client.ts";
import { Sequences } from "./sequences.ts";
import type { StoreShare } from "./store-share.ts";
import { portLine } from "./thread-line.ts";
import { StoreThreadClient } from "./writer/store-thread-client.ts";

/** A store that another thread opened. */
export interface JoinedStore extends MailStore {
  /** Takes over what the thread that opened it has changed. */
  mailboxChanged(change: MailboxChange): void;
  /** Takes nothing more; resolves when all is done that was asked for. */
  leave(): Promise<void>;
}

/** Begins to work in a store of which another thread gave a share. */
export function joinStore(share: StoreShare, clock: Clock): JoinedStore {
  const mailboxes = new MailboxRows(share.mailboxes);
  const leases = new AskedLeases(share.ports.leases);
  const payload = new PayloadReader(dataDirectory(share.directory));
  let store: Joined | undefined;
  const thread = new StoreThreadClient(portLine(share.ports.store, "store"), share.client, (told) => store?.told(told));
  const reader = new ReaderClient(portLine(share.ports.reader, "reader"), () => store?.end());
  const parts = {
    thread,
    reader,
    payload,
    leases,
    mailboxes,
    clock,
    epochs: new Epochs(share.epochs),
    sequences: Sequences.of(share.sequences),
    memory: new DepositMemory(share.settings.depositMemoryBytes, share.memory, share.place),
    settings: share.settings,
    freeBytes: share.freeBytes,
  };
  store = new Joined(parts, async () => {
    await thread.stop();
    reader.leave();
    leases.close();
    await payload.close();
  });
  return store;
}

class Joined extends ThreadMailStore implements JoinedStore {
  readonly #end: () => Promise<void>;

  constructor(parts: ConstructorParameters<typeof ThreadMailStore>[0], end: () => Promise<void>) {
    super(parts);
    this.#end = end;
  }

  mailboxChanged(change: MailboxChange): void {
    this.mailboxes.take(change);
  }

  async leave(): Promise<void> {
    this.stop();
    await this.#end();
  }
}
