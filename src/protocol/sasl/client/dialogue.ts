// SPDX-License-Identifier: Apache-2.0
import { startMechanism } from "./choose.ts";
import { cancel, type MechanismName, type SaslContext, type SaslMechanism, type SaslStep } from "./mechanism.ts";

/**
 * One sign-in at an upstream, over one mechanism or, where the upstream refuses a mechanism before the password was at
 * stake, over the next best. Knows base64 (RFC 4954 §4, RFC 5034 §4), but not how SMTP or POP3 wrap it.
 */
export class SaslDialogue {
  readonly #context: SaslContext;
  readonly #others: MechanismName[];
  #mechanism: SaslMechanism;
  #initialPending: Buffer | undefined;

  /** @param first and `others`: what `mechanismsFor` gave */
  constructor(context: SaslContext, first: MechanismName, others: readonly MechanismName[]) {
    this.#context = context;
    this.#others = [...others];
    this.#mechanism = startMechanism(first, context);
    this.#initialPending = this.#mechanism.initialResponse;
  }

  get mechanism(): MechanismName {
    return this.#mechanism.name;
  }

  /** Whether a success may be believed. */
  get mayEnd(): boolean {
    return this.#initialPending === undefined && this.#mechanism.mayEnd;
  }

  /**
   * The line that begins the exchange. The initial response stands on it when it fits; else it follows the server's
   * first, empty challenge. `maxBytes` counts CRLF.
   */
  begin(maxBytes: number): string {
    const command = `AUTH ${this.#mechanism.name}`;
    if (this.#initialPending === undefined) return `${command}\r\n`;
    const line = `${command} ${encode(this.#initialPending) || "="}\r\n`;
    if (line.length > maxBytes) return `${command}\r\n`;
    this.#initialPending = undefined;
    return line;
  }

  /** Answers a challenge as it stood on the wire. */
  challenge(base64: string): SaslStep {
    const initial = this.#initialPending;
    this.#initialPending = undefined;
    // Servers put all sorts of texts where the challenge should be empty (RFC 4954 §4); nothing hangs on it.
    if (initial !== undefined) return { kind: "respond", response: initial };
    const text = base64.trim();
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return cancel(`${this.mechanism}: a challenge that is no base64`);
    return this.#mechanism.challenge(Buffer.from(text, "base64"));
  }

  derived(key: Buffer): SaslStep {
    return this.#mechanism.derived(key);
  }

  /** After a refusal: whether there is another mechanism to begin with, because the refusal told nothing. */
  tryNext(): boolean {
    const next = this.#mechanism.credentialShown ? undefined : this.#others.shift();
    if (next === undefined) return false;
    this.#mechanism = startMechanism(next, this.#context);
    this.#initialPending = this.#mechanism.initialResponse;
    return true;
  }
}

/** A response as a line. The empty response is the empty line. */
export function responseLine(response: Buffer): string {
  return `${encode(response)}\r\n`;
}

function encode(octets: Buffer): string {
  return octets.toString("base64");
}
