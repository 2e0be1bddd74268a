// SPDX-License-Identifier: Apache-2.0
import type { MessagePort } from "node:worker_threads";
import type { PosternError } from "../base/errors.ts";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { ActivityHour } from "./activity-hours.ts";
import type { LedgerPage, LedgerQuery } from "./ledger.ts";
import type { NumberedMailbox } from "./mailbox-rows.ts";
import type { StoreShare } from "./store-share.ts";

/**
 * What the stages before and behind the store may rely on. The store sees sealed bytes only and cannot unseal.
 *
 *   capture → store:  begin → write… → commit                       (journal intake: one step, one sync)
 *                     begin → write… → prepare → settle | abort     (proxies: offered before the upstream's verdict)
 *   store → pull:     maildrop → open… → remove → release
 */
export interface Store extends MailStore {
  readonly mailboxes: MailboxTable;

  /** Counts per mailbox, for lists and health. Runs beside the writer. */
  counts(): Promise<ReadonlyMap<MailboxId, MailboxCounts>>;

  /**
   * What came and went hour by hour, in a mailbox or in all together, for the last forty days; an hour in which nothing
   * happened is left out. Runs beside the writer.
   */
  activity(
    mailbox: MailboxId | undefined,
    span: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly ActivityHour[]>;

  /**
   * A page of a mailbox's ledger, the newest row first. With `event`, a part of the ledger is looked through, so that a
   * page may have fewer rows than there are. Runs beside the writer.
   */
  ledger(mailbox: MailboxId, query: LedgerQuery): Promise<LedgerPage>;

  /**
   * What another thread of this process needs to work in this store, by `joinStore`. `place` is one of
   * `limits.networkThreads`, free for another when `leave` was called, which is after the thread has ended: the leases
   * that it held end then, and what it had offered becomes *unknown*.
   */
  share(place: number): {
    readonly share: StoreShare;
    readonly handOver: readonly MessagePort[];
    readonly leave: () => void;
  };

  /** Told of every mailbox that changes, after the change is durable and before whoever made it hears of that. */
  onMailboxChange(told: (change: MailboxChange) => Promise<void>): void;

  /** Resolves when the store has died of a fault: nothing works any more, and the process must be started again. */
  readonly failed: Promise<PosternError>;

  /** Ends running deposits as aborted, finishes the last group commit and closes the files. */
  stop(): Promise<void>;
}

/** What a thread that serves mail needs of a store. */
export interface MailStore {
  readonly mailboxes: Pick<MailboxTable, "get" | "all">;

  /**
   * Starts one sealed message. Its unique-id is known at once, so that the trace block can name it.
   * Throws `store/disk-low`, `store/failing` or `store/stopped`.
   */
  begin(mailbox: MailboxId, hints: DepositHints): Deposit;

  /**
   * Keeps a sealed addendum (a second receipt, an upstream's verdict) beside a message, durably.
   * Resolves although the message was removed meanwhile: the ledger has the row then.
   */
  addAddendum(message: UniqueId, mailbox: MailboxId, addendum: Addendum): Promise<Receipt>;

  /** Whether a message of about this size would be taken now; answers from memory. */
  readiness(expectedBytes: number): Readiness;

  /**
   * Notes a refusal in the mailbox's ledger. Fire and forget: rides on the next group commit; many of one cause
   * within a minute become one row with a count, so that a hostile peer cannot fill the disk.
   */
  noteRefusal(mailbox: MailboxId, cause: string): void;

  /**
   * The content mark that a mailbox has under this name (see `Passage`); `undefined` when none. Runs beside the writer.
   */
  passage(mailbox: MailboxId, name: Uint8Array): Promise<Uint8Array | undefined>;

  /** Forgets passages. Fire and forget: what stays costs room and nothing else. */
  forgetPassages(mailbox: MailboxId, names: readonly Uint8Array[]): void;

  /**
   * An exclusive lease on a mailbox and a frozen snapshot of what it holds, oldest first.
   * Throws `store/maildrop-locked` while another holds it. Writers are never blocked.
   */
  maildrop(mailbox: MailboxId, holder: string): Promise<Maildrop>;
}

export type Readiness = "ready" | "disk-low" | "failing" | "stopped";

/** How a message reached us. */
export type Source = "journal" | "smtp-proxy" | "pop3-proxy";

export interface DepositHints {
  readonly source: Source;
  readonly receivedAtMs: number;
  /** The recipient that the bytes are sealed to; the store keeps nothing that was sealed to an earlier key of the mailbox. */
  readonly sealedTo: string;
  /** The message is kept only when no more than this, in sealed octets, waits in the mailbox with it. */
  readonly mostWaitingBytes?: number | undefined;
  /** Declared size of the content (SMTP `SIZE=`), when known. */
  readonly expectedBytes?: number;
}

export interface Deposit {
  readonly uniqueId: UniqueId;

  /**
   * Adds sealed bytes; the store owns the buffer from then on. Returns `undefined` when more may come at once, else a
   * promise that resolves when more may come (I9) and rejects with the store's error.
   */
  write(sealed: Uint8Array): Promise<void> | undefined;

  /**
   * Durable and visible in one step. `kept: "repeated"` means: nothing was stored, the message was there already.
   * Throws `store/key-changed` when the mailbox has another key by now than the one that this was sealed to, and
   * `mailbox/full` when more would wait than may.
   */
  commit(facts: DepositFacts): Promise<CommitResult>;

  /**
   * As `commit`, but state *offered*, invisible to pull, and never "repeated". A crash from here on leaves the message
   * as *unknown*, kept.
   */
  prepare(facts: DepositFacts): Promise<Receipt>;

  /** After `prepare`: makes the message visible, with a sealed addendum (the upstream's verdict) when there is one. */
  settle(outcome: "accepted" | "unknown", addendum?: Addendum): Promise<void>;

  /** Forgets the message, before or after `prepare`. Never throws. */
  abort(): Promise<void>;
}

export interface DepositFacts {
  /** Length of our trace block at the head of the plaintext, in octets. */
  readonly traceBytes: number;
  /** Length of the received content, in octets. */
  readonly contentBytes: number;
  /** What RETR will send for content alone: CRLF line ends, before dot-stuffing (RFC 1939 §11). */
  readonly contentPop3Bytes: number;
  /** What POP3 cannot carry of this content; bits of `Deviation` in `base/deviation.ts`. */
  readonly deviations: number;
  /** Keyed hash over mailbox, reverse-path and content, to know a repeated delivery by; never a bare digest. */
  readonly fingerprint?: Uint8Array;
  /** Becomes durable with the message, in the same transaction. */
  readonly passage?: Passage;
}

/**
 * What the POP3 proxy knows a recorded message by when it passes again, in this session or another. Keyed hashes of 16
 * octets, so that the index names nobody (I4). A mailbox has one content mark under a name: the newest.
 */
export interface Passage {
  /** Of the upstream, the remote user and the unique-id there. */
  readonly name: Uint8Array;
  readonly content: Uint8Array;
}

/** The proof handed back after a sync (I1). */
export interface Receipt {
  readonly uniqueId: UniqueId;
  readonly receivedAtMs: number;
  readonly sealedBytes: number;
  /** SHA-256 of the sealed bytes. */
  readonly sha256: Uint8Array;
  /** Position in the mailbox's ledger, from 1. */
  readonly ledgerPosition: number;
}

export type CommitResult =
  | { readonly kept: "new"; readonly receipt: Receipt }
  | { readonly kept: "repeated"; readonly earlier: UniqueId };

export interface Addendum {
  readonly kind: "receipt" | "verdict";
  /** A sealed file of its own, for the same mailbox. */
  readonly sealed: Uint8Array;
  readonly atMs: number;
}

/** One mailbox as one pull session sees it (RFC 1939 §4). Index 0 is the oldest message; numbers never move. */
export interface Maildrop {
  readonly mailbox: MailboxId;
  readonly count: number;
  /** Trace block and content as RETR sends them, without dot-stuffing. */
  pop3Bytes(index: number): number;
  uniqueId(index: number): UniqueId;
  /** Opens one sealed message. Throws `store/not-found`, `store/damaged`, `store/failing`. */
  open(index: number): Promise<SealedSource>;
  /** Notes that the whole message went to the puller; the row rides on the next group commit. */
  notePulled(index: number): void;
  /**
   * Removes and writes the cause to the ledger (I8). Resolves when all of it is synced; a large removal goes in slices,
   * each of them one durable step. `failed` counts those that were not removed. Rejects when nothing was removed.
   */
  remove(indexes: Iterable<number>, cause: string): Promise<{ readonly removed: number; readonly failed: number }>;
  /** Gives the lease back. Idempotent. */
  release(): void;
}

/** A sealed message, open for reading. */
export interface SealedSource {
  readonly message: StoredMessage;
  /** Up to `maxBytes` sealed octets from `position`; empty at the end. */
  read(position: number, maxBytes: number): Promise<Buffer>;
  /** The addenda in the order they were kept; each is a sealed file of its own. */
  addenda(): Promise<readonly Addendum[]>;
  close(): void;
}

/** What stands in clear about one message (I4). */
export interface StoredMessage {
  readonly uniqueId: UniqueId;
  readonly mailbox: MailboxId;
  readonly state: MessageState;
  readonly source: Source;
  readonly receivedAtMs: number;
  readonly sealedBytes: number;
  readonly sha256: Uint8Array;
  readonly traceBytes: number;
  readonly contentBytes: number;
  readonly contentPop3Bytes: number;
  readonly deviations: number;
}

/** *offered* is durable but awaits the upstream's verdict; *unknown* is kept and shown because the verdict never came. */
export type MessageState = "offered" | "accepted" | "unknown";

export interface MailboxCounts {
  readonly messages: number;
  readonly sealedBytes: number;
  readonly oldestReceivedAtMs: number | undefined;
  readonly lastReceivedAtMs: number | undefined;
  readonly lastPulledAtMs: number | undefined;
  /** How mail has come so far. */
  readonly sources: readonly Source[];
}

/** The registry's rows. The store keeps them; what they mean is `mailbox/`'s business. */
export interface MailboxTable {
  /** All rows, from memory. */
  all(): readonly MailboxRow[];
  get(id: MailboxId): MailboxRow | undefined;
  /** Adds a row, durably, with a ledger row `created`. */
  insert(row: MailboxRow): Promise<void>;
  /** Replaces a row, durably; `event` goes to the ledger. */
  update(row: MailboxRow, event: Exclude<MailboxEvent, "key-changed">): Promise<void>;
  /**
   * Replaces a row with one that has another recipient, durably. Nothing sealed to the old key stays: with a
   * `discardCause` every message goes in the same step, without one a single message stops it with
   * `mailbox/not-empty`. Returns how many messages went. Throws `store/maildrop-locked` when it discards during a pull.
   */
  replaceKey(row: MailboxRow, discardCause: string | undefined): Promise<number>;
  /**
   * Removes a mailbox and every message in it, durably. The ledger stays. Returns how many messages went. Throws
   * `store/maildrop-locked` while somebody pulls from it.
   */
  remove(id: MailboxId, cause: string): Promise<number>;
}

/** A mailbox as it is now; without a row it was removed. */
export type MailboxChange = NumberedMailbox | { readonly removed: MailboxId };

export type MailboxEvent = "changed" | "activated" | "suspended" | "key-changed" | "password-changed";

export interface MailboxRow {
  readonly id: MailboxId;
  readonly name: string;
  readonly description: string;
  readonly state: "active" | "suspended";
  readonly createdAtMs: number;
  /** The age recipient (`age1pq1…` or `age1…`) that messages are sealed to. Public. */
  readonly recipient: string;
  /** The age identity, sealed with the mailbox password (scrypt stanza). */
  readonly identityFile: Uint8Array;
  /** Peers that may deliver: CIDR ranges and preset names; empty means any. */
  readonly allowedPeers: readonly string[];
  readonly requireTls: boolean;
  /** Further settings by name, so that a new one needs no new table. */
  readonly settings: Readonly<Record<string, unknown>>;
}
