// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { PosternError } from "../base/errors.ts";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { Addendum, Deposit, DepositHints, Maildrop, MailStore, Readiness, Receipt } from "./contract.ts";
import { OpenDeposit, sequenceOf } from "./deposit.ts";
import type { DepositMemory } from "./deposit-memory.ts";
import type { Epochs } from "./epochs.ts";
import type { LeaseDesk } from "./leases.ts";
import type { MailboxRows } from "./mailbox-rows-in-memory.ts";
import { LeasedMaildrop } from "./maildrop.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { ReaderClient } from "./reader/reader-client.ts";
import { RefusalNotes } from "./refusal-notes.ts";
import type { Sequences } from "./sequences.ts";
import type { MailStoreSettings } from "./store-share.ts";
import type { StoreThreadClient, ThreadEnded, Told } from "./writer/store-thread-client.ts";

export interface MailStoreParts {
  readonly thread: StoreThreadClient;
  readonly reader: ReaderClient;
  readonly payload: PayloadReader;
  readonly epochs: Epochs;
  readonly sequences: Sequences;
  readonly memory: DepositMemory;
  readonly leases: LeaseDesk;
  readonly mailboxes: MailboxRows;
  readonly clock: Clock;
  readonly settings: MailStoreSettings;
  readonly freeBytes: number;
}

/** The store as a thread that serves mail has it; each such thread has its own. */
export class ThreadMailStore implements MailStore {
  readonly #parts: MailStoreParts;
  readonly #windows = new Map<number, (bytes: number, failed: boolean) => void>();
  readonly #refusals: RefusalNotes;
  #freeBytes: number;
  #failing = false;
  /** What fails is that there is no space. */
  #full = false;
  #ended = false;
  #stopped = false;

  constructor(parts: MailStoreParts) {
    this.#parts = parts;
    this.#freeBytes = parts.freeBytes;
    this.#refusals = new RefusalNotes(parts.clock, (mailbox, detail, count) => {
      const atMs = parts.clock.nowMs();
      parts.thread.note({ kind: "note", atMs, mailbox, event: "refused", sequences: [], count, detail });
    });
  }

  get mailboxes(): MailboxRows {
    return this.#parts.mailboxes;
  }

  begin(mailbox: MailboxId, hints: DepositHints): Deposit {
    const readiness = this.readiness(hints.expectedBytes ?? 0);
    if (readiness === "disk-low") throw new PosternError("store/disk-low");
    if (readiness === "failing") throw new PosternError("store/failing");
    if (readiness === "stopped") throw new PosternError("store/stopped");
    const number = this.#parts.mailboxes.number(mailbox);
    return new OpenDeposit(
      {
        thread: this.#parts.thread,
        clock: this.#parts.clock,
        repeatedDeliveryMs: this.#parts.settings.repeatedDeliveryMs,
        uniqueIdOf: (sequence) => this.#parts.epochs.uniqueId(sequence),
        memory: this.#parts.memory,
        writeFailed: () => new PosternError(this.#full ? "store/disk-low" : "store/failing", "a large message"),
        windows: this.#windows,
      },
      { id: mailbox, number },
      { sequence: this.#parts.sequences.next(), hints },
    );
  }

  async addAddendum(message: UniqueId, mailbox: MailboxId, addendum: Addendum): Promise<Receipt> {
    const answer = await this.#parts.thread.request({
      kind: "addendum",
      token: this.#parts.thread.nextToken(),
      atMs: this.#parts.clock.nowMs(),
      mailbox: this.#parts.mailboxes.number(mailbox),
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
    if (this.#stopped) return "stopped";
    if (this.#ended) return "failing";
    if (this.#failing) return this.#full ? "disk-low" : "failing";
    const freeBytes = this.#freeBytes - this.#parts.memory.sinceLookBytes;
    return freeBytes < this.#parts.settings.diskReserveBytes + expectedBytes ? "disk-low" : "ready";
  }

  noteRefusal(mailbox: MailboxId, cause: string): void {
    if (!this.#stopped && this.#parts.mailboxes.get(mailbox) !== undefined)
      this.#refusals.add(this.#parts.mailboxes.number(mailbox), cause);
  }

  async passage(mailbox: MailboxId, name: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#parts.reader.passage(this.#parts.mailboxes.number(mailbox), name);
  }

  forgetPassages(mailbox: MailboxId, names: readonly Uint8Array[]): void {
    if (this.#stopped || names.length === 0 || this.#parts.mailboxes.get(mailbox) === undefined) return;
    const hexNames = names.map((name) => Buffer.from(name).toString("hex"));
    this.#parts.thread.note({ kind: "forget", mailbox: this.#parts.mailboxes.number(mailbox), names: hexNames });
  }

  async maildrop(mailbox: MailboxId, holder: string): Promise<Maildrop> {
    const number = this.#parts.mailboxes.number(mailbox);
    const release = await this.#parts.leases.take(mailbox, holder);
    try {
      const snapshot = await this.#parts.reader.snapshot(number);
      return new LeasedMaildrop({ id: mailbox, number }, snapshot, {
        reader: this.#parts.reader,
        thread: this.#parts.thread,
        payload: this.#parts.payload,
        clock: this.#parts.clock,
        uniqueIdOf: (sequence) => this.#parts.epochs.uniqueId(sequence),
        release,
      });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** What the store thread tells by itself. */
  told(told: Told | ThreadEnded): void {
    switch (told.kind) {
      case "free-space":
        this.#freeBytes = told.freeBytes;
        this.#parts.memory.looked();
        this.#refusals.flush();
        return;
      case "health":
        this.#failing = told.failing;
        this.#full = told.full;
        return;
      case "segment-gone":
        this.#parts.payload.forget(told.segment);
        return;
      case "large-window":
        this.#windows.get(told.sequence)?.(told.bytes, told.failed);
        return;
      case "ended":
        this.end();
        return;
      case "damaged":
      case "row-damaged":
      case "leftover":
      case "compacted":
        return;
    }
  }

  /** A thread of the store is gone: whoever waits for it is told, and nothing more is taken. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const tell of this.#windows.values()) tell(0, true);
  }

  /** Takes nothing more, and notes what was gathered. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#refusals.flush(true);
  }
}
