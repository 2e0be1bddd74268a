// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../base/limits.ts";
import { type Refusal, refusals } from "../../protocol/smtp/refusal.ts";
import type { ContentCheck } from "./content-check.ts";
import { relayedRefusal, relayedReply } from "./relayed-reply.ts";
import type { SmtpUpstream, UpstreamAnswer } from "./smtp-upstream.ts";

/** How content goes to the upstream. */
export interface ContentRelay {
  /** Why the message cannot go to the upstream; told at its real end. */
  readonly failure: Refusal | undefined;
  /** A promise means: wait before passing on more (I9). */
  write(content: Buffer): Promise<void> | undefined;
  /** Releases the end. The copy is durable by now (I3). A refusal: it was not released, or never asked for. */
  finish(): Promise<UpstreamAnswer | { readonly kind: "not-sent"; readonly refusal: Refusal }>;
  /** The message will not have an end. */
  abandon(): void;
}

/** By DATA, after its 354. There is no way back out of it but hanging up. */
export class DataRelay implements ContentRelay {
  readonly #upstream: SmtpUpstream;
  readonly #check: ContentCheck | undefined;
  #failure: Refusal | undefined;

  constructor(upstream: SmtpUpstream, check: ContentCheck | undefined) {
    this.#upstream = upstream;
    this.#check = check;
  }

  get failure(): Refusal | undefined {
    return this.#failure ?? (this.#upstream.over === undefined ? undefined : lostRefusal(this.#upstream));
  }

  write(content: Buffer): Promise<void> | undefined {
    if (this.failure !== undefined) return undefined;
    const unwanted = this.#check?.look(content);
    if (unwanted !== undefined) this.#fail(unwanted);
    else if (!this.#upstream.content(content)) this.#fail(refusals.bareLineEnd);
    return this.#upstream.drained?.then(() => undefined);
  }

  async finish(): Promise<UpstreamAnswer | { readonly kind: "not-sent"; readonly refusal: Refusal }> {
    const { failure } = this;
    if (failure !== undefined) return { kind: "not-sent", refusal: failure };
    return (await this.#upstream.endOfData()) ?? { kind: "not-sent", refusal: refusals.bareLineEnd };
  }

  abandon(): void {
    this.#upstream.drop();
  }

  #fail(refusal: Refusal): void {
    this.#failure = refusal;
    this.abandon();
  }
}

/** By BDAT, octets as they are. Before the last chunk a RSET is a way back, so that the conversation goes on. */
export class ChunkRelay implements ContentRelay {
  readonly #upstream: SmtpUpstream;
  readonly #check: ContentCheck | undefined;
  #failure: Refusal | undefined;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #inFlight: Promise<void> | undefined;

  constructor(upstream: SmtpUpstream, check: ContentCheck | undefined) {
    this.#upstream = upstream;
    this.#check = check;
  }

  get failure(): Refusal | undefined {
    return this.#failure ?? (this.#upstream.over === undefined ? undefined : lostRefusal(this.#upstream));
  }

  write(content: Buffer): Promise<void> | undefined {
    if (this.failure !== undefined) return undefined;
    this.#failure = this.#check?.look(content);
    if (this.#failure !== undefined) return undefined;
    this.#gathered.push(content);
    this.#gatheredBytes += content.length;
    return this.#gatheredBytes < limits.relayChunkBytes ? undefined : this.#sendGathered();
  }

  async finish(): Promise<UpstreamAnswer | { readonly kind: "not-sent"; readonly refusal: Refusal }> {
    await this.#inFlight;
    const { failure } = this;
    if (failure !== undefined) return { kind: "not-sent", refusal: failure };
    return this.#upstream.chunk(this.#takeGathered(), true);
  }

  abandon(): void {
    this.#gathered = [];
  }

  /** One chunk is on its way while the next is gathered. */
  async #sendGathered(): Promise<void> {
    const bytes = this.#takeGathered();
    await this.#inFlight;
    if (this.failure === undefined) this.#inFlight = this.#send(bytes);
  }

  async #send(bytes: Buffer): Promise<void> {
    const answer = await this.#upstream.chunk(bytes, false);
    if (answer.kind === "reply" && answer.reply.code >= 400)
      this.#failure ??= relayedRefusal(relayedReply(answer.reply, "0.0"));
  }

  #takeGathered(): Buffer {
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    return bytes;
  }
}

function lostRefusal({ over }: SmtpUpstream): Refusal {
  return over?.reply === undefined ? refusals.upstreamLost : relayedRefusal(relayedReply(over.reply, "0.0"));
}
