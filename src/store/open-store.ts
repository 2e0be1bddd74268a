// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { PosternError } from "../base/errors.ts";
import { generateEpoch, type MailboxId, type UniqueId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { type ActivityHour, allMailboxes } from "./activity-hours.ts";
import type {
  Addendum,
  Deposit,
  DepositHints,
  MailboxCounts,
  Maildrop,
  Readiness,
  Receipt,
  Store,
} from "./contract.ts";
import { dataDirectory } from "./data-directory.ts";
import { OpenDeposit, sequenceOf } from "./deposit.ts";
import { DepositMemory } from "./deposit-memory.ts";
import { Epochs } from "./epochs.ts";
import { Leases } from "./leases.ts";
import type { LedgerPage, LedgerQuery } from "./ledger.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { StoredMailboxTable } from "./mailbox-table.ts";
import { LeasedMaildrop } from "./maildrop.ts";
import { PayloadReader } from "./payload-reader.ts";
import { ensurePrivateDirectory } from "./private-files.ts";
import { ReaderClient } from "./reader/reader-client.ts";
import { RefusalNotes } from "./refusal-notes.ts";
import { sourcesOf } from "./schema.ts";
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
  | "store/compacted";

export interface StoreOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: { event(code: StoreEvent, fields?: Readonly<Record<string, string | number>>): void };
  readonly diskReserveBytes: number;
  readonly repeatedDeliveryMs: number;
  /** When a segment is full; smaller in tests. */
  readonly segmentBytes?: number;
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
  readonly #epochs: Epochs;
  readonly #memory: DepositMemory;
  readonly #leases = new Leases();
  readonly #windows = new Map<number, (bytes: number, failed: boolean) => void>();
  readonly #refusals: RefusalNotes;
  #sequence: number;
  #freeBytes: number;
  #diskLow = false;
  #failing = false;
  /** What fails is that there is no space. */
  #full = false;
  #ended = false;
  #tellFailed: (error: PosternError) => void = () => undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: StoreOptions, lock: DirectoryLock, parts: { thread: StoreThreadClient; ready: Ready }) {
    const { thread, ready } = parts;
    this.#options = options;
    this.#lock = lock;
    this.#thread = thread;
    this.failed = new Promise((resolve) => {
      this.#tellFailed = resolve;
    });
    this.#reader = new ReaderClient(options.directory, (detail) => this.#end(detail));
    this.#payload = new PayloadReader(dataDirectory(options.directory));
    this.#epochs = new Epochs(ready.epochs);
    this.#memory = new DepositMemory(options.depositMemoryBytes ?? limits.depositMemoryBytes);
    this.#sequence = ready.lastSequence;
    this.#freeBytes = ready.freeBytes;
    this.mailboxes = new StoredMailboxTable({ thread, clock: options.clock, leases: this.#leases }, ready.mailboxes);
    this.#refusals = new RefusalNotes(options.clock, (mailbox, detail, count) => {
      const atMs = options.clock.nowMs();
      thread.note({ kind: "note", atMs, mailbox, event: "refused", sequences: [], count, detail });
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
    const readiness = this.readiness(hints.expectedBytes ?? 0);
    if (readiness === "disk-low") throw new PosternError("store/disk-low");
    if (readiness === "failing") throw new PosternError("store/failing");
    if (readiness === "stopped") throw new PosternError("store/stopped");
    this.#sequence += 1;
    const number = this.mailboxes.number(mailbox);
    return new OpenDeposit(
      {
        thread: this.#thread,
        clock: this.#options.clock,
        repeatedDeliveryMs: this.#options.repeatedDeliveryMs,
        uniqueIdOf: (sequence) => this.#epochs.uniqueId(sequence),
        memory: this.#memory,
        writeFailed: () => new PosternError(this.#full ? "store/disk-low" : "store/failing", "a large message"),
        windows: this.#windows,
      },
      { id: mailbox, number },
      { sequence: this.#sequence, hints },
    );
  }

  async addAddendum(message: UniqueId, mailbox: MailboxId, addendum: Addendum): Promise<Receipt> {
    const answer = await this.#thread.request({
      kind: "addendum",
      token: this.#thread.nextToken(),
      atMs: this.#options.clock.nowMs(),
      mailbox: this.mailboxes.number(mailbox),
      sequence: sequenceOf(message),
      addendum,
    });
    if (answer.kind !== "kept") throw new PosternError("store/failing", "the store gave no receipt");
    return {
      uniqueId: message,
      receivedAtMs: addendum.atMs,
      sealedBytes: addendum.sealed.length,
      sha256: Buffer.from(answer.sha256, "hex"),
      ledgerPosition: answer.ledgerPosition,
    };
  }

  readiness(expectedBytes: number): Readiness {
    if (this.#stopped !== undefined) return "stopped";
    if (this.#ended) return "failing";
    if (this.#failing) return this.#full ? "disk-low" : "failing";
    const freeBytes = this.#freeBytes - this.#memory.sinceLookBytes;
    return freeBytes < this.#options.diskReserveBytes + expectedBytes ? "disk-low" : "ready";
  }

  noteRefusal(mailbox: MailboxId, cause: string): void {
    if (this.#stopped === undefined && this.mailboxes.get(mailbox) !== undefined)
      this.#refusals.add(this.mailboxes.number(mailbox), cause);
  }

  async passage(mailbox: MailboxId, name: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#reader.passage(this.mailboxes.number(mailbox), name);
  }

  forgetPassages(mailbox: MailboxId, names: readonly Uint8Array[]): void {
    if (this.#stopped !== undefined || names.length === 0 || this.mailboxes.get(mailbox) === undefined) return;
    const hexNames = names.map((name) => Buffer.from(name).toString("hex"));
    this.#thread.note({ kind: "forget", mailbox: this.mailboxes.number(mailbox), names: hexNames });
  }

  async maildrop(mailbox: MailboxId, holder: string): Promise<Maildrop> {
    const number = this.mailboxes.number(mailbox);
    const release = this.#leases.take(mailbox, holder);
    try {
      const snapshot = await this.#reader.snapshot(number);
      return new LeasedMaildrop({ id: mailbox, number }, snapshot, {
        reader: this.#reader,
        thread: this.#thread,
        payload: this.#payload,
        clock: this.#options.clock,
        uniqueIdOf: (sequence) => this.#epochs.uniqueId(sequence),
        release,
      });
    } catch (error) {
      release();
      throw error;
    }
  }

  async counts(): Promise<ReadonlyMap<MailboxId, MailboxCounts>> {
    const counts = new Map<MailboxId, MailboxCounts>();
    for (const { mailbox, sourceBits, ...row } of await this.#reader.counts()) {
      const id = this.mailboxes.idOf(mailbox);
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

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  told(told: Told | ThreadEnded): void {
    const { log, diskReserveBytes } = this.#options;
    switch (told.kind) {
      case "free-space":
        this.#freeBytes = told.freeBytes;
        this.#memory.looked();
        this.#refusals.flush();
        if (told.freeBytes < diskReserveBytes !== this.#diskLow) {
          this.#diskLow = !this.#diskLow;
          log.event(this.#diskLow ? "store/disk-low" : "store/disk-well", { freeBytes: told.freeBytes });
        }
        return;
      case "health":
        this.#failing = told.failing;
        this.#full = told.full;
        log.event(told.failing ? "store/failing" : "store/working-again", told.failing ? { cause: told.detail } : {});
        return;
      case "segment-gone":
        this.#payload.forget(told.segment);
        return;
      case "damaged":
        log.event("store/damaged", { segment: told.segment, offset: told.offset, cause: told.detail });
        return;
      case "compacted":
        log.event("store/compacted", { segment: told.segment, freedBytes: told.freedBytes });
        return;
      case "large-window":
        this.#windows.get(told.sequence)?.(told.bytes, told.failed);
        return;
      case "ended":
        this.#end(told.detail);
    }
  }

  /** A thread is gone. Whoever waits for it is told, nothing more is taken, and the gateway hears of it. */
  #end(detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const tell of this.#windows.values()) tell(0, true);
    this.#options.log.event("store/ended", { cause: detail });
    this.#tellFailed(new PosternError("store/ended", detail));
  }

  async #stopOnce(): Promise<void> {
    this.#refusals.flush(true);
    await this.#thread.stop();
    await this.#reader.stop();
    await this.#payload.close();
    this.#lock.release();
  }
}
