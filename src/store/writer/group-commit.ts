// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import { noSegment } from "../data-directory.ts";
import { recordHeaderBytes } from "../record.ts";
import type { Answer, DepositRequest, NoteRequest } from "../thread-messages.ts";
import type { IndexConnection } from "./index-connection.ts";
import type { RemovedMessage } from "./index-writer.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import type { Work, WorkOf } from "./work.ts";

export interface CommitOutcome {
  readonly answers: readonly Answer[];
  /** Messages that are durably gone. */
  readonly removed: readonly RemovedMessage[];
}

interface Outcome {
  readonly answers: Answer[];
  readonly removed: RemovedMessage[];
}

type Move = WorkOf<"move">;

/** A record that will be written: its place is the batch's place and this offset. */
type Placed = { readonly work: WorkOf<"record"> | Move; readonly offset: number };

/** What became of each deposit before anything is written. */
interface Plan {
  readonly answers: Answer[];
  readonly placed: readonly Placed[];
  readonly large: readonly WorkOf<"large">[];
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
}

/**
 * Makes a group of work durable in one step: records to the segment, sync; rows to the index, COMMIT with its sync.
 * Only then are there answers (I1). Throws when anything failed: then nothing of the group was acknowledged, and what
 * was written is unknown to the index, or is kept without having been promised.
 */
export class GroupCommit {
  readonly #index: IndexConnection;
  readonly #segments: SegmentWriter;

  constructor(index: IndexConnection, segments: SegmentWriter) {
    this.#index = index;
    this.#segments = segments;
  }

  commit(group: readonly Work[]): CommitOutcome {
    const plan = this.#plan(group);
    const place = plan.bytes > 0 ? this.#segments.append(plan.pieces, plan.bytes) : { segment: noSegment, offset: 0 };
    const removed: RemovedMessage[] = [];
    const answers = plan.answers;
    this.#index.transaction(() => {
      for (const { work, offset } of plan.placed) {
        const to = { segment: place.segment, offset: place.offset + offset };
        if (work.kind === "move") {
          this.#index.messages.moveMessage(work, { from: work.from, to, recordBytes: work.record.length });
        } else {
          const sha256 = hash("sha256", work.record.subarray(recordHeaderBytes), "buffer");
          answers.push(this.#keep(work.request, to, sha256));
        }
      }
      for (const { request, sha256 } of plan.large) {
        answers.push(this.#keep(request, { segment: noSegment, offset: 0 }, sha256));
      }
      for (const work of group) {
        if (work.kind === "request") this.#apply(work.request, { answers, removed });
        else if (work.kind === "removal") this.#remove(work, removed);
      }
    });
    return { answers, removed };
  }

  /** Sorts out deposits that will not be stored and lines up the records of the rest. */
  #plan(group: readonly Work[]): Plan {
    const placed: Placed[] = [];
    const large: WorkOf<"large">[] = [];
    const pieces: Buffer[] = [];
    const answers: Answer[] = [];
    const seen = new Map<string, number>();
    let bytes = 0;
    for (const work of group) {
      if (work.kind !== "record" && work.kind !== "large" && work.kind !== "move") continue;
      const refusal = work.kind === "move" ? undefined : this.#refuse(work.request, seen);
      if (refusal !== undefined) {
        answers.push(refusal);
      } else if (work.kind === "large") {
        large.push(work);
      } else {
        placed.push({ work, offset: bytes });
        addPiece(pieces, work.record);
        bytes += work.record.length;
      }
    }
    return { answers, placed, large, pieces, bytes };
  }

  /** Why a deposit is not stored: its mailbox is gone, or the same delivery is there already. */
  #refuse(request: DepositRequest, seen: Map<string, number>): Answer | undefined {
    const { token, mailbox, sequence, fingerprint, step } = request;
    if (!this.#index.mailboxes.has(mailbox)) {
      return { token, kind: "failed", code: "mailbox/unknown", detail: "it was removed meanwhile" };
    }
    // A prepared message belongs to a transaction with an upstream; each of those is kept.
    if (fingerprint === undefined || step === "prepare") return undefined;
    const key = `${mailbox} ${fingerprint}`;
    const repeated =
      seen.get(key) ??
      this.#index.messages.findRepeated(mailbox, Buffer.from(fingerprint, "hex"), request.repeatedSinceMs);
    if (repeated !== undefined) return { token, kind: "repeated", sequence: repeated };
    seen.set(key, sequence);
    return undefined;
  }

  #keep(request: DepositRequest, place: { segment: number; offset: number }, sha256: Buffer): Answer {
    const ledgerPosition = this.#index.messages.addMessage(request, place, sha256);
    return { token: request.token, kind: "kept", ledgerPosition, sha256: sha256.toString("hex") };
  }

  #apply(request: WorkOf<"request">["request"], outcome: Outcome): void {
    const { answers, removed } = outcome;
    const { messages, mailboxes } = this.#index;
    switch (request.kind) {
      case "note":
        this.#note(request);
        return;
      case "mailbox":
        answers.push({ token: request.token, kind: "mailbox", number: mailboxes.keep(request) });
        return;
      case "addendum": {
        const { token, addendum } = request;
        const sha256 = hash("sha256", addendum.sealed, "buffer");
        const ledgerPosition = messages.addAddendum(request, addendum, sha256);
        answers.push({ token, kind: "kept", ledgerPosition, sha256: sha256.toString("hex") });
        return;
      }
      case "settle": {
        const { token, addendum, atMs } = request;
        if (!messages.settle(request, request.outcome, { atMs })) {
          answers.push({ token, kind: "failed", code: "store/not-found", detail: "nothing to settle" });
          return;
        }
        if (addendum !== undefined) messages.addAddendum(request, addendum, hash("sha256", addendum.sealed, "buffer"));
        answers.push({ token, kind: "done" });
        return;
      }
      case "withdraw": {
        const gone = messages.removeMessage(request, { atMs: request.atMs, event: "withdrawn" });
        if (gone !== undefined) removed.push(gone);
        answers.push({ token: request.token, kind: "done" });
        return;
      }
      default:
        request satisfies never;
    }
  }

  /** Removes a slice; the mailbox itself goes with its last one. */
  #remove(work: WorkOf<"removal">, removed: RemovedMessage[]): void {
    const { mailbox, atMs, cause, withMailbox } = work.request;
    for (const sequence of work.sequences) {
      const gone = this.#index.messages.removeMessage({ mailbox, sequence }, { atMs, event: "removed", detail: cause });
      if (gone !== undefined) removed.push(gone);
    }
    if (work.last && withMailbox) this.#index.mailboxes.remove(mailbox, { atMs, detail: cause });
  }

  #note(request: NoteRequest): void {
    const { mailbox, event, atMs, detail, sequences } = request;
    if (event === "refused") this.#index.messages.ledger.append(mailbox, { atMs, event, detail });
    for (const sequence of sequences) this.#index.messages.ledger.append(mailbox, { atMs, event, sequence, detail });
    if (event === "pulled") this.#index.messages.tallies.pulled(mailbox, atMs);
  }
}

/** Adds a record to what will be written; records that follow each other in one buffer become one piece. */
function addPiece(pieces: Buffer[], record: Buffer): void {
  const last = pieces.at(-1);
  if (last !== undefined && last.buffer === record.buffer && last.byteOffset + last.length === record.byteOffset) {
    pieces[pieces.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + record.length);
  } else {
    pieces.push(record);
  }
}
