// SPDX-License-Identifier: Apache-2.0
import { asBuffer } from "../base/bytes.ts";
import type { Clock } from "../base/clock.ts";
import { PosternError } from "../base/errors.ts";
import { ownMemory } from "../base/give-back.ts";
import { type MailboxId, parseUniqueId, type UniqueId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Addendum, CommitResult, Deposit, DepositFacts, DepositHints, Receipt } from "./contract.ts";
import type { DepositMemory } from "./deposit-memory.ts";
import { keyMark } from "./mailbox-rows.ts";
import { recordHeaderBytes, writeRecordHeader } from "./record.ts";
import { sourceCodes } from "./schema.ts";
import type { Answer, DepositRequest } from "./thread-messages.ts";
import type { StoreThreadClient } from "./writer/store-thread-client.ts";

/** What deposits need of the store they belong to. */
export interface DepositParts {
  readonly thread: StoreThreadClient;
  readonly clock: Clock;
  readonly repeatedDeliveryMs: number;
  readonly uniqueIdOf: (sequence: number) => UniqueId;
  readonly memory: DepositMemory;
  /** Why a large message could not be written. */
  readonly writeFailed: () => PosternError;
  /** Where the store tells that a window of a large message was written, or not. */
  readonly windows: Map<number, (bytes: number, failed: boolean) => void>;
}

/** Octets of a large message that go to the store together: a message between threads costs as much as 100 KiB of them. */
const windowBytes = 256 * 1024;

/** One sealed message on its way in: gathered here while it is small, streamed to a file of its own when it is not. */
export class OpenDeposit implements Deposit {
  readonly uniqueId: UniqueId;
  readonly #parts: DepositParts;
  readonly #mailbox: { readonly id: MailboxId; readonly number: number };
  readonly #hints: DepositHints;
  readonly #sequence: number;
  #gathered: Buffer[] = [];
  /** Of a large message: what waits to be sent to the store. */
  #gatheredBytes = 0;
  #sealedBytes = 0;
  /** What counts in the memory of all deposits. */
  #heldBytes = 0;
  #large = false;
  #onTheWay = 0;
  #failed = false;
  #waiting: { readonly resolve: () => void; readonly reject: (error: PosternError) => void } | undefined;
  #state: "open" | "prepared" | "over" = "open";

  constructor(
    parts: DepositParts,
    mailbox: { readonly id: MailboxId; readonly number: number },
    message: { readonly sequence: number; readonly hints: DepositHints },
  ) {
    this.#parts = parts;
    this.#mailbox = mailbox;
    this.#sequence = message.sequence;
    this.#hints = message.hints;
    this.uniqueId = parts.uniqueIdOf(message.sequence);
  }

  write(sealed: Uint8Array): Promise<void> | undefined {
    this.#sealedBytes += sealed.length;
    this.#heldBytes += sealed.length;
    this.#parts.memory.take(sealed.length);
    this.#gathered.push(asBuffer(sealed));
    const fits = this.#sealedBytes <= limits.segmentMessageBytes && !this.#parts.memory.short;
    if (!this.#large && fits) return undefined;
    if (!this.#large) this.#becomeLarge();
    this.#gatheredBytes += sealed.length;
    if (this.#gatheredBytes >= windowBytes || this.#parts.memory.short) this.#sendGathered();
    if (this.#failed || this.#parts.thread.over) return Promise.reject(this.#parts.writeFailed());
    if (this.#onTheWay <= this.#windowBytes) return undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async commit(facts: DepositFacts): Promise<CommitResult> {
    const answer = await this.#keep("commit", facts);
    this.#state = "over";
    if (answer.kind === "repeated") return { kept: "repeated", earlier: this.#parts.uniqueIdOf(answer.sequence) };
    return { kept: "new", receipt: this.#receipt(answer) };
  }

  async prepare(facts: DepositFacts): Promise<Receipt> {
    const answer = await this.#keep("prepare", facts);
    this.#state = "prepared";
    return this.#receipt(answer);
  }

  async settle(outcome: "accepted" | "unknown", addendum?: Addendum): Promise<void> {
    this.#state = "over";
    const { thread, clock } = this.#parts;
    const mailbox = this.#mailbox.number;
    const atMs = clock.nowMs();
    const sequence = this.#sequence;
    await thread.request({ kind: "settle", token: thread.nextToken(), atMs, mailbox, sequence, outcome, addendum });
  }

  async abort(): Promise<void> {
    const { thread, clock } = this.#parts;
    const state = this.#state;
    this.#state = "over";
    this.#gathered = [];
    this.#letGo(this.#heldBytes);
    if (state === "open" && this.#large) {
      this.#parts.windows.delete(this.#sequence);
      thread.send({ kind: "large-discard", sequence: this.#sequence });
    }
    if (state !== "prepared") return;
    const request = { kind: "withdraw", mailbox: this.#mailbox.number, sequence: this.#sequence } as const;
    // What cannot be withdrawn now the store withdraws when the disk is well again, and a start keeps it as unknown.
    await thread.request({ ...request, token: thread.nextToken(), atMs: clock.nowMs() }).catch(() => undefined);
  }

  /** How much may be on its way before more must wait. */
  get #windowBytes(): number {
    return this.#parts.memory.short ? 0 : limits.depositWindowBytes;
  }

  #letGo(bytes: number): void {
    const held = Math.min(bytes, this.#heldBytes);
    this.#heldBytes -= held;
    this.#parts.memory.giveBack(held);
  }

  #becomeLarge(): void {
    this.#large = true;
    this.#parts.thread.send({ kind: "large-open", sequence: this.#sequence });
    this.#parts.windows.set(this.#sequence, (bytes, failed) => {
      this.#onTheWay -= bytes;
      this.#letGo(bytes);
      this.#failed ||= failed;
      const waiting = this.#waiting;
      if (waiting === undefined || (!this.#failed && this.#onTheWay > this.#windowBytes)) return;
      this.#waiting = undefined;
      if (this.#failed) waiting.reject(this.#parts.writeFailed());
      else waiting.resolve();
    });
  }

  #sendGathered(): void {
    if (this.#gathered.length === 0) return;
    const windows = this.#gathered.map(handedOver);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    for (const window of windows) this.#onTheWay += window.byteLength;
    this.#parts.thread.send({ kind: "large-write", sequence: this.#sequence, windows }, windows);
  }

  async #keep(step: "commit" | "prepare", facts: DepositFacts): Promise<Answer> {
    if (this.#state !== "open") throw new PosternError("store/failing", "the deposit is over");
    this.#state = "over";
    try {
      if (this.#large) this.#sendGathered();
      const header = this.#header(facts);
      if (this.#large) return await this.#parts.thread.request(this.#request(step, facts, { trailer: header }));
      const record = [header, ...this.#gathered];
      this.#gathered = [];
      return await this.#parts.thread.requestWithRecord((recordAt) => this.#request(step, facts, { recordAt }), record);
    } finally {
      this.#letGo(this.#heldBytes);
      this.#parts.windows.delete(this.#sequence);
    }
  }

  #header(facts: DepositFacts): Buffer {
    const header = Buffer.allocUnsafeSlow(recordHeaderBytes);
    writeRecordHeader(header, {
      ...facts,
      uniqueId: this.uniqueId,
      mailbox: this.#mailbox.id,
      source: sourceCodes[this.#hints.source],
      receivedAtMs: this.#hints.receivedAtMs,
      sealedBytes: this.#sealedBytes,
    });
    return header;
  }

  #request(
    step: "commit" | "prepare",
    facts: DepositFacts,
    { recordAt, trailer }: Partial<Pick<DepositRequest, "recordAt" | "trailer">>,
  ): DepositRequest {
    const { thread, clock, repeatedDeliveryMs } = this.#parts;
    const atMs = clock.nowMs();
    return {
      kind: "deposit",
      token: thread.nextToken(),
      atMs,
      mailbox: this.#mailbox.number,
      sequence: this.#sequence,
      step,
      keyMark: keyMark(this.#hints.sealedTo),
      mostWaitingBytes: this.#hints.mostWaitingBytes,
      source: sourceCodes[this.#hints.source],
      receivedAtMs: this.#hints.receivedAtMs,
      sealedBytes: this.#sealedBytes,
      traceBytes: facts.traceBytes,
      contentBytes: facts.contentBytes,
      contentPop3Bytes: facts.contentPop3Bytes,
      deviations: facts.deviations,
      fingerprint: facts.fingerprint === undefined ? undefined : hex(facts.fingerprint),
      passage:
        facts.passage === undefined
          ? undefined
          : { name: hex(facts.passage.name), content: hex(facts.passage.content) },
      repeatedSinceMs: atMs - repeatedDeliveryMs,
      recordAt,
      trailer,
    };
  }

  #receipt(answer: Answer): Receipt {
    if (answer.kind !== "kept") throw new PosternError("store/failing", "the store gave no receipt");
    return {
      uniqueId: this.uniqueId,
      receivedAtMs: this.#hints.receivedAtMs,
      sealedBytes: this.#sealedBytes,
      sha256: Buffer.from(answer.sha256, "hex"),
      ledgerPosition: answer.ledgerPosition,
    };
  }
}

/** The sequence number within one of our unique-ids. */
export function sequenceOf(uniqueId: UniqueId): number {
  const parsed = parseUniqueId(uniqueId);
  if (parsed === undefined) throw new PosternError("store/not-found", "not a unique-id");
  return parsed.sequence;
}

function hex(octets: Uint8Array): string {
  return asBuffer(octets).toString("hex");
}

/** Memory that can go to the store thread: what the sealer made has its own, so nothing is copied. */
function handedOver(piece: Buffer): ArrayBuffer {
  const memory = ownMemory(piece);
  if (memory !== undefined) return memory;
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy.buffer;
}
