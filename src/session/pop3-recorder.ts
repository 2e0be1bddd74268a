// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { Capture, type CaptureStages, type Kept } from "../capture/capture.ts";
import type { PassageNames } from "../capture/passage.ts";
import type { RecordedEnvelope } from "../capture/recorded-envelope.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";

/** What became of a message that passed. */
export type Recorded =
  | { readonly kind: "recorded"; readonly uniqueId: UniqueId; readonly contentBytes: number }
  /** The same content under the same unique-id is in a record of an earlier passage, durable. */
  | { readonly kind: "recorded-before" };

export interface RecorderOptions {
  readonly mailbox: MailboxId;
  readonly names: PassageNames;
  /** Asked for each message: the key may change, and the mailbox may go, while a session lasts. */
  readonly findMailbox: (id: MailboxId) => Mailbox | undefined;
  /** What the trace block says of a message that begins now. */
  readonly envelope: () => RecordedEnvelope;
}

/** Keeps what a POP3 session fetches, each message once as far as unique-id and content tell. */
export class Pop3Recorder {
  readonly #stages: CaptureStages;
  readonly #options: RecorderOptions;

  constructor(stages: CaptureStages, options: RecorderOptions) {
    this.#stages = stages;
    this.#options = options;
  }

  /** Whether a message could be recorded now. */
  get isReady(): boolean {
    const { mailbox, findMailbox } = this.#options;
    return findMailbox(mailbox)?.state === "active" && this.#stages.store.readiness(0) === "ready";
  }

  /** Whether a message with this unique-id at the upstream was recorded, by whatever session. */
  async knows(uniqueId: string): Promise<boolean> {
    return (await this.#mark(uniqueId)) !== undefined;
  }

  /**
   * Begins with a message. `uniqueId` is the upstream's; without one the message is always recorded. Throws the errors
   * of the store, and `mailbox/unknown`.
   */
  begin(uniqueId: string | undefined): Recording {
    const { mailbox: id, names, findMailbox, envelope } = this.#options;
    const mailbox = findMailbox(id);
    if (mailbox?.state !== "active") throw new PosternError("mailbox/unknown", "it was suspended or removed meanwhile");
    const target = {
      mailbox: id,
      recipient: mailbox.recipient,
      recipients: [],
      mostWaitingBytes: mailbox.mostWaitingBytes,
    };
    const capture = Capture.begin(this.#stages, envelope(), [target]);
    if (uniqueId === undefined) return new Recording(capture, undefined);
    // Looked up while the message streams by. A look-up that fails costs a second record.
    const mark = this.#mark(uniqueId).catch(() => undefined);
    return new Recording(capture, { uniqueId, names, mark });
  }

  /** The upstream has removed these messages for good: what it may ever call by the same unique-ids is new. */
  forget(uniqueIds: readonly string[]): void {
    const { mailbox, names } = this.#options;
    this.#stages.store.forgetPassages(
      mailbox,
      uniqueIds.map((uniqueId) => names.nameOf(uniqueId)),
    );
  }

  #mark(uniqueId: string): Promise<Uint8Array | undefined> {
    const { mailbox, names } = this.#options;
    return this.#stages.store.passage(mailbox, names.nameOf(uniqueId));
  }
}

interface Known {
  readonly uniqueId: string;
  readonly names: PassageNames;
  readonly mark: Promise<Uint8Array | undefined>;
}

/** One message on its way into its record. */
export class Recording {
  readonly #capture: Capture;
  readonly #known: Known | undefined;
  #bytes = 0;

  constructor(capture: Capture, known: Known | undefined) {
    this.#capture = capture;
    this.#known = known;
  }

  /** Takes content, transparency taken out. A promise: wait for it (I9). It rejects with the store's error. */
  write(content: readonly Buffer[]): Promise<void> | undefined {
    let wait: Promise<void> | undefined;
    for (const piece of content) {
      this.#bytes += piece.length;
      const next = this.#capture.write(piece);
      if (next === undefined) continue;
      // Of several, the last one tells; a failure of the others is told by it as well.
      wait?.catch(() => undefined);
      wait = next;
    }
    if (this.#bytes > limits.recordedMessageBytes)
      return Promise.reject(new PosternError("store/failing", "the message is longer than a record can be"));
    return wait;
  }

  /** Durable when it resolves (I1): this record, or the earlier one that has the same content. */
  async finish(): Promise<Recorded> {
    const known = this.#known;
    if (known === undefined) return recorded(await this.#capture.record(undefined));
    const passage = known.names.passage(known.uniqueId, this.#capture.contentDigest());
    const mark = await known.mark;
    if (mark === undefined || !Buffer.from(mark).equals(passage.content))
      return recorded(await this.#capture.record(passage));
    await this.#capture.abort();
    return { kind: "recorded-before" };
  }

  async abort(): Promise<void> {
    await this.#capture.abort();
  }
}

function recorded([kept]: readonly Kept[]): Recorded {
  if (kept === undefined) throw new PosternError("internal/fault", "a capture without a copy");
  return { kind: "recorded", uniqueId: kept.uniqueId, contentBytes: kept.contentBytes };
}
