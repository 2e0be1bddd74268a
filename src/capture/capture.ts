// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import { normalizedHeaderField } from "../protocol/mime/trace-block.ts";
import { Pop3SizeScanner } from "../protocol/wire/pop3-normaliser.ts";
import type { HeadSource, Recipient, Sealer } from "../seal/contract.ts";
import { createSealer, sealWhole } from "../seal/seal.ts";
import type { Addendum, Deposit, DepositFacts, MailStore, Passage, Receipt } from "../store/contract.ts";
import { ContentDigest, fingerprintOf } from "./fingerprint.ts";
import type { RecordedEnvelope, RecordedRecipient } from "./recorded-envelope.ts";
import { formatTraceBlock } from "./trace-block.ts";

/** What capture works with; one for the gateway. */
export interface CaptureStages {
  readonly store: MailStore;
  /** Secret of this data directory, for fingerprints. */
  readonly fingerprintKey: KeyObject;
  /** Heads made ahead; without, each message makes its own. */
  readonly heads?: HeadSource | undefined;
}

/** One mailbox that a transaction is for, with those of its recipients that led there. */
export interface CaptureTarget {
  readonly mailbox: MailboxId;
  readonly recipient: Recipient;
  readonly recipients: readonly RecordedRecipient[];
  /** Of the mailbox; nothing more is kept when it would be passed. */
  readonly mostWaitingBytes?: number | undefined;
}

/** What became of the message in one mailbox. */
export interface Kept {
  readonly mailbox: MailboxId;
  readonly uniqueId: UniqueId;
  /** The same bytes were there already: a second receipt was kept, no second message. */
  readonly repeated: boolean;
  /** Of the content, as it came. */
  readonly contentBytes: number;
}

interface OpenCopy {
  readonly target: CaptureTarget;
  readonly deposit: Deposit;
  readonly sealer: Sealer;
  readonly traceBytes: number;
}

/**
 * Keeps what crosses, unaltered: an envelope and its content become one sealed message per mailbox. Order: `begin`,
 * `write` as often as wanted, then `keep` (journal) or `prepare` and `settle` (proxies), or `abort` at any point.
 * Errors are the store's; nothing is kept then, or what was kept is known again when the sender repeats it.
 */
export class Capture {
  readonly #stages: CaptureStages;
  readonly #envelope: RecordedEnvelope;
  readonly #copies: readonly OpenCopy[];
  readonly #sizes = new Pop3SizeScanner();
  readonly #digest: ContentDigest;
  #contentBytes = 0;

  private constructor(stages: CaptureStages, envelope: RecordedEnvelope, copies: readonly OpenCopy[]) {
    this.#stages = stages;
    this.#digest = new ContentDigest(stages.fingerprintKey);
    this.#envelope = envelope;
    this.#copies = copies;
  }

  /** Throws `store/disk-low`, `store/failing` or `store/stopped`; nothing is left open then. */
  static begin(
    stages: CaptureStages,
    envelope: RecordedEnvelope,
    targets: readonly CaptureTarget[],
    expectedBytes?: number,
  ): Capture {
    const copies: OpenCopy[] = [];
    try {
      for (const target of targets) copies.push(openCopy(stages, envelope, target, expectedBytes));
    } catch (error) {
      for (const copy of copies) void copy.deposit.abort();
      throw error;
    }
    return new Capture(stages, envelope, copies);
  }

  /** The unique-id of the message in each mailbox. */
  get uniqueIds(): readonly UniqueId[] {
    return this.#copies.map((copy) => copy.deposit.uniqueId);
  }

  /** Of all content, see `ContentDigest`; nothing may be written after this. */
  contentDigest(): Uint8Array {
    return this.#digest.finish();
  }

  /** Takes content, whose memory may be given back when it has. `undefined`: more may come at once; a promise: wait for it (I9). It rejects with the store's error. */
  write(content: Uint8Array): Promise<void> | undefined {
    this.#sizes.update(content);
    this.#digest.update(content);
    let waits: Promise<void>[] | undefined;
    for (const copy of this.#copies) {
      const wait = deposit(copy, copy.sealer.update(content));
      if (wait !== undefined) (waits ??= []).push(wait);
    }
    if (waits === undefined) return undefined;
    return waits.length === 1 ? waits[0] : Promise.all(waits).then(() => undefined);
  }

  /** Octets of the content, as it came; after the end of it. */
  get contentBytes(): number {
    return this.#contentBytes;
  }

  /** Durable and visible in every mailbox when it resolves (I1). */
  async keep(): Promise<readonly Kept[]> {
    const facts = this.#finish();
    return Promise.all(this.#copies.map((copy) => this.#keepCopy(copy, facts(copy))));
  }

  /**
   * As `keep`, for what the POP3 proxy records: never taken for a repeated delivery, and known by `passage` from then on.
   */
  async record(passage: Passage | undefined): Promise<readonly Kept[]> {
    const facts = this.#finish();
    return Promise.all(
      this.#copies.map(async (copy) => {
        const known = withoutFingerprint(facts(copy));
        const result = await copy.deposit.commit(passage === undefined ? known : { ...known, passage });
        const uniqueId = result.kept === "new" ? result.receipt.uniqueId : result.earlier;
        return { mailbox: copy.target.mailbox, uniqueId, repeated: false, contentBytes: known.contentBytes };
      }),
    );
  }

  /** Durable but invisible (state *offered*) in every mailbox when it resolves. */
  async prepare(): Promise<readonly Receipt[]> {
    const facts = this.#finish();
    return Promise.all(this.#copies.map((copy) => copy.deposit.prepare(withoutFingerprint(facts(copy)))));
  }

  /** After `prepare`: makes the copies visible, with what was learnt after sealing kept sealed beside them (I4). */
  async settle(outcome: "accepted" | "unknown", verdict: Readonly<Record<string, unknown>>): Promise<void> {
    await Promise.all(
      this.#copies.map(({ deposit, target }) =>
        deposit.settle(outcome, this.#sealAddendum(target.recipient, "verdict", verdict)),
      ),
    );
  }

  async abort(): Promise<void> {
    await Promise.all(this.#copies.map((copy) => copy.deposit.abort()));
  }

  async #keepCopy(copy: OpenCopy, facts: DepositFacts): Promise<Kept> {
    const { mailbox } = copy.target;
    const { contentBytes } = facts;
    const result = await copy.deposit.commit(facts);
    if (result.kept === "new") return { mailbox, uniqueId: result.receipt.uniqueId, repeated: false, contentBytes };
    const receipt = receiptFacts(this.#envelope, copy.target.recipients);
    const addendum = this.#sealAddendum(copy.target.recipient, "receipt", receipt);
    await this.#stages.store.addAddendum(result.earlier, mailbox, addendum);
    return { mailbox, uniqueId: result.earlier, repeated: true, contentBytes };
  }

  #sealAddendum(recipient: Recipient, kind: Addendum["kind"], facts: Readonly<Record<string, unknown>>): Addendum {
    const plaintext = Buffer.from(JSON.stringify({ kind, ...facts }), "utf8");
    return { kind, atMs: this.#envelope.receivedAtMs, sealed: sealWhole(recipient, plaintext, this.#stages.heads) };
  }

  /** Seals what is left of every copy and gives the facts that the index keeps about each. */
  #finish(): (copy: OpenCopy) => DepositFacts {
    for (const copy of this.#copies) leaveToCommit(deposit(copy, copy.sealer.finish()));
    const sizes = this.#sizes.finish();
    this.#contentBytes = sizes.contentBytes;
    const digest = this.#digest.finish();
    const { reversePath } = this.#envelope;
    return ({ target, traceBytes }) => ({
      traceBytes,
      contentBytes: sizes.contentBytes,
      contentPop3Bytes: sizes.contentPop3Bytes + normalizedHeaderField(sizes.deviations).length,
      deviations: sizes.deviations,
      fingerprint: fingerprintOf(this.#stages.fingerprintKey, target.mailbox, reversePath, digest),
    });
  }
}

function openCopy(
  stages: CaptureStages,
  envelope: RecordedEnvelope,
  target: CaptureTarget,
  expectedBytes: number | undefined,
): OpenCopy {
  const opened = stages.store.begin(target.mailbox, {
    mostWaitingBytes: target.mostWaitingBytes,
    source: envelope.source,
    receivedAtMs: envelope.receivedAtMs,
    sealedTo: target.recipient.text,
    ...(expectedBytes === undefined ? {} : { expectedBytes }),
  });
  const trace = formatTraceBlock(envelope, target.recipients, { mailbox: target.mailbox, uniqueId: opened.uniqueId });
  const copy = {
    target,
    deposit: opened,
    sealer: createSealer(target.recipient, stages.heads),
    traceBytes: trace.length,
  };
  leaveToCommit(deposit(copy, copy.sealer.update(trace)));
  return copy;
}

/** A failed write fails the commit too, so nobody needs to wait for this one. */
function leaveToCommit(wait: Promise<void> | undefined): void {
  wait?.catch(() => undefined);
}

function deposit(copy: OpenCopy, sealed: readonly Uint8Array[]): Promise<void> | undefined {
  let wait: Promise<void> | undefined;
  for (const bytes of sealed) {
    const next = copy.deposit.write(bytes);
    if (next === undefined) continue;
    // Of several, the last one tells; a failure of the others is told by it as well.
    leaveToCommit(wait);
    wait = next;
  }
  return wait;
}

/** A proxied message is never taken for a repeated delivery: each passage to the upstream is an event of its own. */
function withoutFingerprint(facts: DepositFacts): DepositFacts {
  const { traceBytes, contentBytes, contentPop3Bytes, deviations } = facts;
  return { traceBytes, contentBytes, contentPop3Bytes, deviations };
}

function receiptFacts(envelope: RecordedEnvelope, recipients: readonly RecordedRecipient[]): Record<string, unknown> {
  return { ...envelope, receivedAt: new Date(envelope.receivedAtMs).toISOString(), recipients };
}
