// SPDX-License-Identifier: Apache-2.0
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Clock } from "../base/clock.ts";
import { PosternError } from "../base/errors.ts";
import { generateEpoch, type MailboxId, type UniqueId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { type ActivityHour, allMailboxes } from "./activity-hours.ts";
import type {
  Addendum,
  Deposit,
  DepositHints,
  MailboxChange,
  MailboxCounts,
  Maildrop,
  Readiness,
  Receipt,
  Store,
} from "./contract.ts";
import { dataDirectory } from "./data-directory.ts";
import { DepositMemory } from "./deposit-memory.ts";
import { Epochs } from "./epochs.ts";
import { Leases, lendLeases } from "./leases.ts";
import type { LedgerPage, LedgerQuery } from "./ledger.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { ThreadMailStore } from "./mail-store.ts";
import { MailboxRows } from "./mailbox-rows-in-memory.ts";
import { StoredMailboxTable } from "./mailbox-table.ts";
import { PayloadReader } from "./payload-reader.ts";
import { ensurePrivateDirectory } from "./private-files.ts";
import { ReaderClient } from "./reader/reader-client.ts";
import { sourcesOf } from "./schema.ts";
import { Sequences } from "./sequences.ts";
import type { MailStoreSettings, StoreShare } from "./store-share.ts";
import type { Fault } from "./writer/faults.ts";
import { type Ready, StoreThreadClient, type ThreadEnded, type Told } from "./writer/store-thread-client.ts";

/** What the store tells by itself; the names are those of the log events. */
export type StoreEvent =
  | "store/recovered"
  | "store/tightened"
  | "store/failing"
  | "store/ended"
  | "store/working-again"
  | "store/disk-low"
  | "store/disk-well"
  | "store/damaged"
  | "store/compacted"
  | "store/leftover";

export interface StoreOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: { event(code: StoreEvent, fields?: Readonly<Record<string, string | number>>): void };
  readonly diskReserveBytes: number;
  readonly repeatedDeliveryMs: number;
  /** When a segment is full; smaller in tests. */
  readonly segmentBytes?: number;
  /** How many other threads may work in it, by `share`; default none. */
  readonly sharePlaces?: number;
  /** What messages on their way may hold together; default `limits.depositMemoryBytes`, smaller in tests. */
  readonly depositMemoryBytes?: number;
  /** What the disk is said to have free, in place of what it says; in tests. */
  readonly freeBytes?: number;
  /** Faults that a test plans. */
  readonly faults?: readonly Fault[];
}

const defaultSegmentBytes = 64 * 1024 * 1024;

/**
 * Opens a data directory, makes it when it is not there, and puts it in order. Throws `store/in-use` when another
 * gateway has it, `store/bad-version` when it is not one that this program knows, `store/too-open` when others may enter it
 * and that cannot be changed.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const directory = dataDirectory(options.directory);
  const wasOpen = ensurePrivateDirectory(directory);
  const lock = lockDirectory(directory);
  try {
    if (wasOpen) options.log.event("store/tightened", { directory: options.directory });
    return await SqliteStore.open(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

class SqliteStore implements Store {
  readonly mailboxes: StoredMailboxTable;
  readonly failed: Promise<PosternError>;
  readonly #options: StoreOptions;
  readonly #lock: DirectoryLock;
  readonly #thread: StoreThreadClient;
  readonly #reader: ReaderClient;
  readonly #payload: PayloadReader;
  readonly #ready: Ready;
  readonly #epochs: Epochs;
  readonly #sequences: Sequences;
  readonly #memory: DepositMemory;
  readonly #settings: MailStoreSettings;
  readonly #leases = new Leases();
  readonly #rows: MailboxRows;
  readonly #mail: ThreadMailStore;
  #clients = 0;
  #freeBytes: number;
  #diskLow = false;
  #ended = false;
  #tellFailed: (error: PosternError) => void = () => undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: StoreOptions, lock: DirectoryLock, parts: { thread: StoreThreadClient; ready: Ready }) {
    const { thread, ready } = parts;
    const { clock, diskReserveBytes, repeatedDeliveryMs } = options;
    const depositMemoryBytes = options.depositMemoryBytes ?? limits.depositMemoryBytes;
    this.#options = options;
    this.#lock = lock;
    this.#thread = thread;
    this.failed = new Promise((resolve) => {
      this.#tellFailed = resolve;
    });
    this.#reader = ReaderClient.start(options.directory, (detail) => this.#end(detail));
    this.#payload = new PayloadReader(dataDirectory(options.directory));
    this.#ready = ready;
    this.#epochs = new Epochs(ready.epochs);
    this.#sequences = Sequences.after(ready.lastSequence);
    this.#memory = DepositMemory.forPlaces(depositMemoryBytes, options.sharePlaces ?? 0);
    this.#settings = { diskReserveBytes, repeatedDeliveryMs, depositMemoryBytes };
    this.#freeBytes = ready.freeBytes;
    this.#rows = new MailboxRows(ready.mailboxes);
    this.mailboxes = new StoredMailboxTable({ thread, clock, leases: this.#leases }, this.#rows);
    this.#mail = new ThreadMailStore({
      thread,
      reader: this.#reader,
      payload: this.#payload,
      epochs: this.#epochs,
      sequences: this.#sequences,
      memory: this.#memory,
      leases: this.#leases,
      mailboxes: this.#rows,
      clock,
      settings: this.#settings,
      freeBytes: ready.freeBytes,
    });
  }

  static async open(options: StoreOptions, lock: DirectoryLock): Promise<SqliteStore> {
    let store: SqliteStore | undefined;
    const { client, ready } = await StoreThreadClient.start(
      {
        root: options.directory,
        segmentBytes: options.segmentBytes ?? defaultSegmentBytes,
        epochName: generateEpoch(),
        startedAtMs: options.clock.nowMs(),
        freeBytes: options.freeBytes,
        faults: options.faults ?? [],
      },
      (told) => store?.told(told),
    );
    store = new SqliteStore(options, lock, { thread: client, ready });
    options.log.event("store/recovered", { ...ready.report });
    return store;
  }

  begin(mailbox: MailboxId, hints: DepositHints): Deposit {
    return this.#mail.begin(mailbox, hints);
  }

  addAddendum(message: UniqueId, mailbox: MailboxId, addendum: Addendum): Promise<Receipt> {
    return this.#mail.addAddendum(message, mailbox, addendum);
  }

  readiness(expectedBytes: number): Readiness {
    return this.#mail.readiness(expectedBytes);
  }

  noteRefusal(mailbox: MailboxId, cause: string): void {
    this.#mail.noteRefusal(mailbox, cause);
  }

  passage(mailbox: MailboxId, name: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#mail.passage(mailbox, name);
  }

  forgetPassages(mailbox: MailboxId, names: readonly Uint8Array[]): void {
    this.#mail.forgetPassages(mailbox, names);
  }

  maildrop(mailbox: MailboxId, holder: string): Promise<Maildrop> {
    return this.#mail.maildrop(mailbox, holder);
  }

  async counts(): Promise<ReadonlyMap<MailboxId, MailboxCounts>> {
    const counts = new Map<MailboxId, MailboxCounts>();
    for (const { mailbox, sourceBits, ...row } of await this.#reader.counts()) {
      const id = this.#rows.idOf(mailbox);
      if (id !== undefined) counts.set(id, { ...row, sources: sourcesOf(sourceBits) });
    }
    return counts;
  }

  async activity(
    mailbox: MailboxId | undefined,
    span: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly ActivityHour[]> {
    return this.#reader.activity(mailbox === undefined ? allMailboxes : this.mailboxes.number(mailbox), span);
  }

  async ledger(mailbox: MailboxId, query: LedgerQuery): Promise<LedgerPage> {
    const { rows, next, head } = await this.#reader.ledger(this.mailboxes.number(mailbox), query);
    const named = rows.map(({ sequence, ...row }) => {
      const uniqueId = sequence === null ? null : this.#epochs.uniqueId(sequence);
      return Object.assign(row, { uniqueId });
    });
    return { rows: named, next, head };
  }

  onMailboxChange(told: (change: MailboxChange) => Promise<void>): void {
    this.mailboxes.onChange(told);
  }

  share(place: number): {
    readonly share: StoreShare;
    readonly handOver: readonly MessagePort[];
    readonly leave: () => void;
  } {
    const [store, reader, leases] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
    this.#clients += 1;
    this.#thread.join(this.#clients, store.port1);
    this.#reader.join(reader.port1);
    const endLeases = lendLeases(this.#leases, leases.port1);
    const share: StoreShare = {
      directory: this.#options.directory,
      place,
      client: this.#clients,
      settings: this.#settings,
      epochs: this.#ready.epochs,
      mailboxes: this.#rows.numbered(),
      freeBytes: this.#freeBytes,
      sequences: this.#sequences.memory,
      memory: this.#memory.shared,
      ports: { store: store.port2, reader: reader.port2, leases: leases.port2 },
    };
    const leave = (): void => {
      endLeases();
      this.#memory.clear(place);
    };
    return { share, handOver: [store.port2, reader.port2, leases.port2], leave };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  told(told: Told | ThreadEnded): void {
    this.#mail.told(told);
    const { log, diskReserveBytes } = this.#options;
    switch (told.kind) {
      case "free-space":
        this.#freeBytes = told.freeBytes;
        if (told.freeBytes < diskReserveBytes !== this.#diskLow) {
          this.#diskLow = !this.#diskLow;
          log.event(this.#diskLow ? "store/disk-low" : "store/disk-well", { freeBytes: told.freeBytes });
        }
        return;
      case "health":
        log.event(told.failing ? "store/failing" : "store/working-again", told.failing ? { cause: told.detail } : {});
        return;
      case "damaged":
        log.event("store/damaged", { segment: told.segment, offset: told.offset, cause: told.detail });
        return;
      case "row-damaged": {
        const mailbox = this.#rows.idOf(told.mailbox) ?? told.mailbox;
        log.event("store/damaged", { mailbox, cause: told.detail });
        return;
      }
      case "leftover":
        log.event("store/leftover", { segment: told.segment, cause: told.detail });
        return;
      case "compacted":
        log.event("store/compacted", { segment: told.segment, freedBytes: told.freedBytes });
        return;
      case "ended":
        this.#end(told.detail);
        return;
      case "segment-gone":
      case "large-window":
        return;
    }
  }

  /** A thread is gone. Whoever waits for it is told, nothing more is taken, and the gateway hears of it. */
  #end(detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#mail.end();
    this.#options.log.event("store/ended", { cause: detail });
    this.#tellFailed(new PosternError("store/ended", detail));
  }

  async #stopOnce(): Promise<void> {
    this.#mail.stop();
    // The writer last: whoever is last moves the log into the index, and a reader cannot.
    await this.#reader.stop();
    await this.#thread.stop();
    await this.#payload.close();
    this.#lock.release();
  }
}
