// SPDX-License-Identifier: Apache-2.0
import type { Capture } from "../../capture/capture.ts";
import type { RecordedRecipient } from "../../capture/recorded-envelope.ts";
import type { Refusal } from "../../protocol/smtp/refusal.ts";
import type { ContentRelay } from "./content-relay.ts";

/** One message on its way: into the capture and to the upstream at the same time. */
export class Submission {
  readonly capture: Capture;
  readonly relay: ContentRelay;
  #failure: unknown;

  constructor(capture: Capture, relay: ContentRelay) {
    this.capture = capture;
    this.relay = relay;
  }

  /** The store's error, when the copy cannot be kept: then the message is not sent either. */
  get storeFailure(): unknown {
    return this.#failure;
  }

  /** Why the upstream cannot get the message. */
  get upstreamFailure(): Refusal | undefined {
    return this.relay.failure;
  }

  /** Never rejects. A promise means: the slower of the two is busy (I9). */
  write(content: Buffer): Promise<undefined> | undefined {
    if (this.#failure !== undefined || this.relay.failure !== undefined) return undefined;
    const kept = this.capture.write(content)?.catch((error: unknown) => {
      this.#failure = error;
      this.relay.abandon();
    });
    const sent = this.relay.write(content);
    if (kept === undefined && sent === undefined) return undefined;
    return Promise.all([kept, sent]).then(() => undefined);
  }

  /** The message will not be whole, or may not go: nothing stays of it, here or there. */
  async abandon(): Promise<void> {
    this.relay.abandon();
    await this.capture.abort();
  }
}

/** The envelope as the upstream answered it. */
export class AnsweredEnvelope {
  readonly #accepted: RecordedRecipient[] = [];
  readonly #refused: RecordedRecipient[] = [];

  add(recipient: RecordedRecipient, accepted: boolean): void {
    (accepted ? this.#accepted : this.#refused).push(recipient);
  }

  get accepted(): readonly RecordedRecipient[] {
    return this.#accepted;
  }

  get refused(): readonly RecordedRecipient[] {
    return this.#refused;
  }
}
