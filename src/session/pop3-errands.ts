// SPDX-License-Identifier: Apache-2.0
import type { Capabilities } from "../protocol/pop3/client/capabilities.ts";
import type { Pop3ClientMachine } from "../protocol/pop3/client/machine.ts";
import type { Pop3ClientCommand, Pop3ClientEffect } from "../protocol/pop3/client/machine-types.ts";
import type { UpstreamResponse } from "../protocol/pop3/client/response-reader.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";

/**
 * A command on its way to the upstream and what is done with the response: first `response`, then, when it is a
 * multi-line one, `body` as often as pieces come and `end`.
 */
export interface Errand {
  readonly command: Pop3ClientCommand;
  response(response: UpstreamResponse, multiLine: boolean): Promise<void> | void;
  body?(stuffed: Buffer, content: readonly Buffer[]): Promise<void> | void;
  end?(): Promise<void> | void;
  /** In place of all the others, for CAPA. */
  capabilities?(capabilities: Capabilities): void;
}

export interface UpstreamLeg {
  readonly connection: Pick<UpstreamConnection, "read" | "write" | "end" | "destroy">;
  readonly machine: Pop3ClientMachine;
}

/**
 * What was asked of the upstream and is not answered yet, oldest first, with our own answers in their places between: a
 * client that pipelines (RFC 2449 §6.6) gets every answer in the order of its commands.
 */
export class Errands {
  readonly #upstream: UpstreamLeg;
  readonly #say: (text: string) => void;
  #unsent: Buffer[] = [];
  readonly #queue: (Errand | { readonly answer: string })[] = [];

  /** @param say writes an answer of ours to the client */
  constructor(upstream: UpstreamLeg, say: (text: string) => void) {
    this.#upstream = upstream;
    this.#say = say;
  }

  get count(): number {
    return this.#queue.length;
  }

  /** Goes out with the next `flush`. */
  send(errand: Errand): void {
    this.#queue.push(errand);
    for (const effect of this.#upstream.machine.handle({ type: "command", command: errand.command }))
      if (effect.type === "send") this.#unsent.push(effect.bytes);
  }

  /** Sends the commands that were gathered; together, for each write is a segment and a wait of its own at the upstream. */
  flush(): void {
    const [first, ...more] = this.#unsent;
    if (first === undefined) return;
    this.#unsent = [];
    // Command lines are short, and few are on their way: nobody has to wait until the upstream takes them.
    void this.#upstream.connection.write(more.length === 0 ? first : Buffer.concat([first, ...more]));
  }

  /** An answer that nobody has to be asked for. */
  answer(text: string): void {
    this.#queue.push({ answer: text });
    this.#giveAnswers();
  }

  /** Deals with one thing that the upstream said. A text: the conversation with it is over, and why. */
  async take(effect: Pop3ClientEffect): Promise<string | undefined> {
    const [first] = this.#queue;
    const errand = first === undefined || "answer" in first ? undefined : first;
    switch (effect.type) {
      case "send":
        this.#unsent.push(effect.bytes);
        return undefined;
      case "response":
        await errand?.response(effect.response, effect.multiLine);
        if (!effect.multiLine) this.#done();
        return undefined;
      case "body":
        await errand?.body?.(effect.stuffed, effect.content);
        return undefined;
      case "body-end":
        await errand?.end?.();
        this.#done();
        return undefined;
      case "capabilities":
        errand?.capabilities?.(effect.capabilities);
        this.#done();
        return undefined;
      case "closing":
        return effect.response.text;
      case "failed":
        return effect.detail ?? effect.fault;
      default:
        return `unexpected: ${effect.type}`;
    }
  }

  #done(): void {
    this.#queue.shift();
    this.#giveAnswers();
  }

  #giveAnswers(): void {
    for (let [first] = this.#queue; first !== undefined && "answer" in first; [first] = this.#queue) {
      this.#say(first.answer);
      this.#queue.shift();
    }
  }
}
