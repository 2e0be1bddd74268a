// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { describeError, PosternError } from "../../base/errors.ts";
import { noSegment } from "../data-directory.ts";
import { insertMailboxSql, mailboxValues, removeMailboxSql, updateMailboxSql } from "../mailbox-rows.ts";
import { recordHeaderBytes } from "../record.ts";
import type { Answer, CommitRequest, DepositRequest, MailboxRequest, RemoveRequest } from "../thread-messages.ts";
import type { IndexWriter } from "./index-writer.ts";
import type { SegmentWriter } from "./segment-writer.ts";

/** A request that is ready for a commit, with the payload it needs. */
export interface ReadyRequest {
  readonly request: CommitRequest;
  /** The record of a small message, header first. */
  readonly record?: Buffer;
  /** The digest of a large message, whose file is synced already. */
  readonly largeSha256?: Buffer;
  /** It was in a commit that failed, and may have been written all the same. */
  readonly isAgain?: boolean;
}

export interface GroupResult {
  readonly answers: readonly Answer[];
  /** Large messages whose file is no longer wanted. */
  readonly unlinkLarge: readonly number[];
  /** Mailboxes whose row changed. */
  readonly changedMailboxes: readonly number[];
}

/** How much payload one group commit takes; more only adds latency. */
const groupBytes = 2 * 1024 * 1024;

/** Takes the next group off the requests that are ready. */
export function takeGroup(ready: ReadyRequest[]): readonly ReadyRequest[] {
  let bytes = 0;
  let count = 0;
  for (const { record } of ready) {
    if (bytes > groupBytes) break;
    bytes += record?.length ?? 0;
    count += 1;
  }
  return ready.splice(0, count);
}

/**
 * Makes one group of requests durable: one sync of the payload, one transaction of the index. Throws when anything
 * fails; nothing of the group counts then.
 */
export function commitGroup(
  ready: readonly ReadyRequest[],
  parts: { readonly index: DatabaseSync; readonly writer: IndexWriter; readonly segments: SegmentWriter },
): GroupResult {
  const { index, writer } = parts;
  const group = new Group(index, writer);
  group.findRepeated(ready);
  group.place(parts.segments, ready);
  index.exec("BEGIN IMMEDIATE");
  try {
    for (const each of ready) group.apply(each);
    writer.flush();
    index.exec("COMMIT");
  } catch (error) {
    if (index.isTransaction) index.exec("ROLLBACK");
    throw error;
  }
  const { answers, unlinkLarge, changedMailboxes } = group;
  return { answers, unlinkLarge, changedMailboxes };
}

/** What each request of a failed group is told. */
export function failedAnswers(ready: readonly ReadyRequest[], error: unknown): readonly Answer[] {
  const code = isNoSpace(error) ? "store/disk-low" : "store/failing";
  return ready.flatMap(({ request }): Answer[] =>
    request.kind === "note" || request.kind === "forget"
      ? []
      : [{ token: request.token, kind: "failed", code, detail: describeError(error) }],
  );
}

class Group {
  readonly answers: Answer[] = [];
  readonly unlinkLarge: number[] = [];
  readonly changedMailboxes: number[] = [];
  readonly #index: DatabaseSync;
  readonly #writer: IndexWriter;
  readonly #repeated = new Map<DepositRequest, number>();
  readonly #offsets = new Map<DepositRequest, number>();
  #segment = noSegment;

  constructor(index: DatabaseSync, writer: IndexWriter) {
    this.#index = index;
    this.#writer = writer;
  }

  /** Deliveries of bytes that are there already, or earlier in this group: their payload is not written. */
  findRepeated(ready: readonly ReadyRequest[]): void {
    const here = new Map<string, number>();
    for (const { request } of ready) {
      // A prepared message belongs to a transaction with an upstream; each of those is kept.
      if (request.kind !== "deposit" || request.step === "prepare" || request.fingerprint === undefined) continue;
      // One that will be refused is no earlier delivery for the next.
      if (this.#writer.keyMark(request.mailbox) !== request.keyMark) continue;
      const key = `${request.mailbox} ${request.fingerprint}`;
      const fingerprint = Buffer.from(request.fingerprint, "hex");
      const earlier = here.get(key) ?? this.#writer.findRepeated(request.mailbox, fingerprint, request.repeatedSinceMs);
      if (earlier === undefined) here.set(key, request.sequence);
      else this.#repeated.set(request, earlier);
    }
  }

  /** Writes the records of small messages to the active segment, synced. */
  place(segments: SegmentWriter, ready: readonly ReadyRequest[]): void {
    const records: Buffer[] = [];
    let bytes = 0;
    for (const { request, record } of ready) {
      if (request.kind !== "deposit" || record === undefined || this.#repeated.has(request)) continue;
      this.#offsets.set(request, bytes);
      records.push(record);
      bytes += record.length;
    }
    if (bytes === 0) return;
    const { segment, offset } = segments.append(records, bytes);
    this.#segment = segment;
    for (const [request, at] of this.#offsets) this.#offsets.set(request, offset + at);
  }

  apply(ready: ReadyRequest): void {
    const { request } = ready;
    switch (request.kind) {
      case "deposit":
        this.#deposit(request, ready);
        return;
      case "addendum": {
        const { token, mailbox, sequence, addendum } = request;
        const sha256 = hash("sha256", addendum.sealed, "buffer");
        const ledgerPosition = this.#writer.addAddendum({ mailbox, sequence }, addendum, sha256);
        this.answers.push({ token, kind: "kept", ledgerPosition, sha256: sha256.toString("hex") });
        return;
      }
      case "settle": {
        const { token, mailbox, sequence, outcome, atMs, addendum } = request;
        const settled = this.#writer.settle({ mailbox, sequence }, outcome, { atMs });
        if (addendum !== undefined && (settled || ready.isAgain !== true))
          this.#writer.addAddendum({ mailbox, sequence }, addendum, hash("sha256", addendum.sealed, "buffer"));
        this.answers.push({ token, kind: "done" });
        return;
      }
      case "withdraw":
        this.#remove(request.mailbox, request.sequence, { atMs: request.atMs, event: "withdrawn" });
        this.answers.push({ token: request.token, kind: "done" });
        return;
      case "note":
        this.#note(request);
        return;
      case "forget":
        for (const name of request.names) this.#writer.passages.forget(request.mailbox, name);
        return;
      case "remove":
        this.#removeMany(request);
        return;
      case "mailbox":
        this.#changeMailbox(request);
    }
  }

  #deposit(request: DepositRequest, { record, largeSha256 }: ReadyRequest): void {
    const { token } = request;
    const mark = this.#writer.keyMark(request.mailbox);
    if (mark !== request.keyMark) {
      if (record === undefined) this.unlinkLarge.push(request.sequence);
      const code = mark === undefined ? "mailbox/unknown" : "store/key-changed";
      this.answers.push({ token, kind: "failed", code, detail: "it was removed or changed while this came in" });
      return;
    }
    const earlier = this.#repeated.get(request);
    if (earlier !== undefined) {
      if (record === undefined) this.unlinkLarge.push(request.sequence);
      this.answers.push({ token, kind: "repeated", sequence: earlier });
      return;
    }
    const { mostWaitingBytes = Number.POSITIVE_INFINITY } = request;
    if (this.#writer.tallies.waitingBytes(request.mailbox) + request.sealedBytes > mostWaitingBytes) {
      if (record === undefined) this.unlinkLarge.push(request.sequence);
      this.answers.push({ token, kind: "failed", code: "mailbox/full", detail: `${mostWaitingBytes} octets` });
      return;
    }
    const sha256 = record === undefined ? largeSha256 : hash("sha256", record.subarray(recordHeaderBytes), "buffer");
    if (sha256 === undefined) throw new PosternError("store/failing", "a deposit came without its payload");
    const place =
      record === undefined
        ? { segment: noSegment, offset: 0 }
        : { segment: this.#segment, offset: this.#offsets.get(request) ?? 0 };
    const ledgerPosition = this.#writer.addMessage(request, place, sha256);
    this.answers.push({ token, kind: "kept", ledgerPosition, sha256: sha256.toString("hex") });
  }

  #note(request: Extract<CommitRequest, { readonly kind: "note" }>): void {
    const { mailbox, atMs, event, detail, sequences, count } = request;
    if (event === "refused") this.#writer.ledger.append(mailbox, { atMs, event, detail });
    for (const sequence of sequences) this.#writer.ledger.append(mailbox, { atMs, event, sequence, detail });
    if (event === "pulled") this.#writer.tallies.pulled(mailbox, atMs);
    this.#writer.activity.count(mailbox, atMs, event, count);
  }

  #removeMany(request: RemoveRequest): void {
    const { token, mailbox, atMs, cause, sequences, most } = request;
    const entry = { atMs, event: "removed", detail: cause } as const;
    let removed = 0;
    let failed = 0;
    for (const sequence of sequences ?? this.#writer.firstSequences(mailbox, most)) {
      if (this.#remove(mailbox, sequence, entry)) removed += 1;
      else failed += 1;
    }
    if (request.withMailbox) {
      this.#writer.ledger.append(mailbox, { atMs, event: "mailbox-removed", detail: cause });
      this.#index.prepare(removeMailboxSql).run(atMs, mailbox);
      this.#writer.passages.forgetAll(mailbox);
      this.#writer.activity.forget(mailbox);
      this.#writer.mailboxChanged(mailbox);
      this.changedMailboxes.push(mailbox);
    }
    this.answers.push({ token, kind: "removed", removed, failed });
  }

  #remove(mailbox: number, sequence: number, entry: Parameters<IndexWriter["removeMessage"]>[1]): boolean {
    const removed = this.#writer.removeMessage({ mailbox, sequence }, entry);
    if (removed === undefined) return false;
    if (removed.segment === noSegment) this.unlinkLarge.push(sequence);
    return true;
  }

  #changeMailbox({ token, mailbox, row, event, atMs, discardCause }: MailboxRequest): void {
    let number = mailbox;
    let removed = 0;
    if (event === "key-changed" && number !== undefined) {
      // Offered ones too: what stays would be sealed to a key that nobody has.
      const left = this.#writer.firstSequences(number, discardCause === undefined ? 1 : Number.MAX_SAFE_INTEGER);
      if (discardCause === undefined && left.length > 0) {
        this.answers.push({ token, kind: "failed", code: "mailbox/not-empty", detail: "mail came in meanwhile" });
        return;
      }
      for (const sequence of left)
        if (this.#remove(number, sequence, { atMs, event: "removed", detail: discardCause ?? "" })) removed += 1;
      this.#writer.passages.forgetAll(number);
    }
    if (number === undefined) {
      number = Number(this.#index.prepare(insertMailboxSql).run(...mailboxValues(row)).lastInsertRowid);
    } else {
      this.#index.prepare(updateMailboxSql).run(...mailboxValues(row), number);
    }
    this.#writer.mailboxChanged(number);
    this.changedMailboxes.push(number);
    this.#writer.ledger.append(number, { atMs, event });
    this.answers.push({ token, kind: "mailbox", number, removed });
  }
}

/** Whether the disk, or the quota, is full. */
export function isNoSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const sqliteFull = "errcode" in error && error.errcode === 13;
  return sqliteFull || ("code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT"));
}
