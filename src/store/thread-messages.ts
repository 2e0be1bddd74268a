// SPDX-License-Identifier: Apache-2.0
import type { MessagePort } from "node:worker_threads";
import type { ErrorCode } from "../base/errors.ts";
import type { ActivityHour } from "./activity-hours.ts";
import type { Addendum, MailboxEvent, MailboxRow } from "./contract.ts";
import type { Epoch } from "./epochs.ts";
import type { LedgerQuery } from "./ledger.ts";
import type { NumberedMailbox } from "./mailbox-rows.ts";
import type { RecoveryReport } from "./recovery.ts";
import type { Fault } from "./writer/faults.ts";

/**
 * What the network thread and the store thread say to each other. Plain values only: they are copied from one thread
 * to the other. Payload travels in `ArrayBuffer`s that are handed over; whoever has them last gives the memory back.
 */
export interface StoreThreadOptions {
  readonly root: string;
  readonly segmentBytes: number;
  /** Of this run; becomes durable with the first message. */
  readonly epochName: string;
  readonly startedAtMs: number;
  /** In place of what the disk says; for tests. */
  readonly freeBytes: number | undefined;
  readonly faults: readonly Fault[];
}

/** Facts of one deposit in the form the index wants. */
export interface DepositRequest {
  readonly kind: "deposit";
  readonly token: number;
  readonly atMs: number;
  readonly mailbox: number;
  readonly sequence: number;
  readonly step: "commit" | "prepare";
  /** The `keyMark` of the recipient that it was sealed to. */
  readonly keyMark: string;
  readonly source: number;
  readonly receivedAtMs: number;
  readonly sealedBytes: number;
  readonly traceBytes: number;
  readonly contentBytes: number;
  readonly contentPop3Bytes: number;
  readonly deviations: number;
  readonly mostWaitingBytes: number | undefined;
  /** Hex, or undefined when repeated deliveries are not to be known. */
  readonly fingerprint: string | undefined;
  /** A delivery counts as repeated when the earlier one was received after this. */
  readonly repeatedSinceMs: number;
  /** In hex. */
  readonly passage: { readonly name: string; readonly content: string } | undefined;
  /** Where its record begins in the batch's buffer; undefined when the message has a file of its own. */
  readonly recordAt: number | undefined;
  /** What stands behind the sealed octets in a file of their own: the header that a record in a segment begins with. */
  readonly trailer: Uint8Array | undefined;
}

export interface AddendumRequest {
  readonly kind: "addendum";
  readonly token: number;
  readonly atMs: number;
  readonly mailbox: number;
  readonly sequence: number;
  readonly addendum: Addendum;
}

export interface SettleRequest {
  readonly kind: "settle";
  readonly token: number;
  readonly atMs: number;
  readonly mailbox: number;
  readonly sequence: number;
  readonly outcome: "accepted" | "unknown";
  readonly addendum: Addendum | undefined;
}

/** Takes a prepared message back. */
export interface WithdrawRequest {
  readonly kind: "withdraw";
  readonly token: number;
  readonly atMs: number;
  readonly mailbox: number;
  readonly sequence: number;
}

/** Ledger rows that nobody waits for. */
export interface NoteRequest {
  readonly kind: "note";
  readonly atMs: number;
  readonly mailbox: number;
  readonly event: "refused" | "pulled";
  readonly sequences: readonly number[];
  /** How many refusals or messages it stands for. */
  readonly count: number;
  readonly detail: string;
}

/** As a note, nobody waits for it. */
export interface ForgetRequest {
  readonly kind: "forget";
  readonly mailbox: number;
  /** In hex. */
  readonly names: readonly string[];
}

export interface RemoveRequest {
  readonly kind: "remove";
  readonly token: number;
  readonly atMs: number;
  readonly mailbox: number;
  /** `undefined`: the oldest `most` messages of the mailbox. */
  readonly sequences: Float64Array | undefined;
  readonly most: number;
  readonly cause: string;
  /** Removes the mailbox itself with its last message. */
  readonly withMailbox: boolean;
}

export interface MailboxRequest {
  readonly kind: "mailbox";
  readonly token: number;
  readonly atMs: number;
  /** `undefined`: a new mailbox. */
  readonly mailbox: number | undefined;
  readonly row: MailboxRow;
  readonly event: MailboxEvent | "created";
  /** Why the messages of a mailbox go whose key changes; `undefined`: there must be none. */
  readonly discardCause: string | undefined;
}

export type CommitRequest =
  | DepositRequest
  | AddendumRequest
  | SettleRequest
  | WithdrawRequest
  | NoteRequest
  | ForgetRequest
  | RemoveRequest
  | MailboxRequest;

export type ToStoreThread =
  | { readonly kind: "batch"; readonly requests: readonly CommitRequest[]; readonly payload: Payload | undefined }
  | { readonly kind: "large-open"; readonly sequence: number }
  | { readonly kind: "large-write"; readonly sequence: number; readonly windows: readonly ArrayBuffer[] }
  | { readonly kind: "large-discard"; readonly sequence: number }
  /** Another thread works in this store, by this port. */
  | { readonly kind: "join"; readonly client: number; readonly port: MessagePort }
  | { readonly kind: "stop" };

/** Records one after the other, from the start of the buffer. */
export interface Payload {
  readonly buffer: ArrayBuffer;
  readonly bytes: number;
}

/** Tokens tell who asked: those of a client begin at its number times this. */
export const tokensPerClient = 2 ** 36;

export type Answer =
  | { readonly token: number; readonly kind: "done" }
  | { readonly token: number; readonly kind: "kept"; readonly ledgerPosition: number; readonly sha256: string }
  | { readonly token: number; readonly kind: "repeated"; readonly sequence: number }
  | { readonly token: number; readonly kind: "removed"; readonly removed: number; readonly failed: number }
  | { readonly token: number; readonly kind: "mailbox"; readonly number: number; readonly removed: number }
  | { readonly token: number; readonly kind: "failed"; readonly code: ErrorCode; readonly detail: string };

export type FromStoreThread =
  | {
      readonly kind: "ready";
      readonly report: RecoveryReport;
      readonly epochs: readonly Epoch[];
      readonly lastSequence: number;
      readonly mailboxes: readonly NumberedMailbox[];
      readonly freeBytes: number;
    }
  | { readonly kind: "cannot-start"; readonly code: ErrorCode | undefined; readonly detail: string | undefined }
  | { readonly kind: "answers"; readonly answers: readonly Answer[] }
  | { readonly kind: "large-window"; readonly sequence: number; readonly bytes: number; readonly failed: boolean }
  | { readonly kind: "free-space"; readonly freeBytes: number }
  | { readonly kind: "health"; readonly failing: boolean; readonly full: boolean; readonly detail: string }
  | { readonly kind: "segment-gone"; readonly segment: number }
  | { readonly kind: "damaged"; readonly segment: number; readonly offset: number; readonly detail: string }
  /** A mailbox's row in the registry is none. */
  | { readonly kind: "row-damaged"; readonly mailbox: number; readonly detail: string }
  | { readonly kind: "leftover"; readonly segment: number; readonly detail: string }
  | { readonly kind: "compacted"; readonly segment: number; readonly freedBytes: number }
  | { readonly kind: "stopped" };

/** What the reader thread is asked; every request has its answer or a failure with the same token. */
export type ToReaderThread =
  | { readonly kind: "snapshot"; readonly token: number; readonly mailbox: number }
  | { readonly kind: "locations"; readonly token: number; readonly mailbox: number; readonly sequences: Float64Array }
  | { readonly kind: "addenda"; readonly token: number; readonly mailbox: number; readonly sequence: number }
  | { readonly kind: "counts"; readonly token: number }
  | {
      readonly kind: "activity";
      readonly token: number;
      readonly mailbox: number;
      readonly fromMs: number;
      readonly toMs: number;
    }
  | { readonly kind: "ledger"; readonly token: number; readonly mailbox: number; readonly query: LedgerQuery }
  | { readonly kind: "passage"; readonly token: number; readonly mailbox: number; readonly name: Uint8Array }
  | { readonly kind: "join"; readonly port: MessagePort }
  | { readonly kind: "stop" };

/** What each kind of question to the reader thread is answered with. */
export interface ReaderAnswers {
  readonly snapshot: Snapshot;
  readonly locations: readonly LocationRow[];
  readonly addenda: readonly Addendum[];
  readonly counts: readonly CountsRow[];
  readonly activity: readonly ActivityHour[];
  readonly ledger: LedgerPart;
  readonly passage: Uint8Array | undefined;
}

export type ReaderQuestion<K extends keyof ReaderAnswers = keyof ReaderAnswers> = Extract<
  Exclude<ToReaderThread, { readonly kind: "join" | "stop" }>,
  { readonly kind: K }
>;

export interface ReaderAnswer<K extends keyof ReaderAnswers> {
  readonly kind: K;
  readonly token: number;
  readonly value: ReaderAnswers[K];
}

export type FromReaderThread =
  | { readonly [K in keyof ReaderAnswers]: ReaderAnswer<K> }[keyof ReaderAnswers]
  | { readonly kind: "failed"; readonly token: number; readonly code: ErrorCode | undefined; readonly detail: string };

/** Rows as they are in the index: with sequence numbers in place of unique-ids. */
export interface LedgerPart {
  readonly rows: readonly {
    readonly position: number;
    readonly atMs: number;
    readonly event: string;
    readonly sequence: number | null;
    readonly sealedBytes: number | null;
    readonly sha256: string | null;
    readonly detail: string | null;
  }[];
  readonly next: number | undefined;
  readonly head: { readonly position: number; readonly hash: Uint8Array };
}

/** A maildrop's messages, oldest first: parallel arrays. */
export interface Snapshot {
  readonly sequences: Float64Array<ArrayBuffer>;
  readonly pop3Bytes: Uint32Array<ArrayBuffer>;
}

export interface LocationRow {
  readonly sequence: number;
  readonly state: number;
  readonly source: number;
  readonly receivedAtMs: number;
  readonly segment: number;
  readonly offset: number;
  readonly sealedBytes: number;
  readonly traceBytes: number;
  readonly contentBytes: number;
  readonly contentPop3Bytes: number;
  readonly deviations: number;
  readonly sha256: Uint8Array;
}

export interface CountsRow {
  readonly mailbox: number;
  readonly messages: number;
  readonly sealedBytes: number;
  readonly oldestReceivedAtMs: number | undefined;
  readonly lastReceivedAtMs: number | undefined;
  readonly lastPulledAtMs: number | undefined;
  /** Bits: 1 shifted by the code of a source. */
  readonly sourceBits: number;
}
