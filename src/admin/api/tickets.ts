// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../../base/clock.ts";

const ticketBytes = 32;

interface Issued<T> {
  readonly value: T;
  readonly endsAtMs: number;
}

/**
 * Things that were begun and wait for their second half, each under a ticket that only its caller knows. In memory, by the
 * hash of the ticket; they end by themselves, and the oldest is forgotten when there are too many.
 */
export class Tickets<T> {
  readonly #limits: { readonly lifetimeMs: number; readonly most: number };
  readonly #clock: Clock;
  readonly #issued = new Map<string, Issued<T>>();

  constructor(limits: { readonly lifetimeMs: number; readonly most: number }, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  issue(value: T): string {
    const ticket = randomBytes(ticketBytes).toString("base64url");
    this.#issued.set(digest(ticket), { value, endsAtMs: this.#clock.monotonicMs() + this.#limits.lifetimeMs });
    if (this.#issued.size <= this.#limits.most) return ticket;
    for (const oldest of this.#issued.keys()) {
      this.#issued.delete(oldest);
      break;
    }
    return ticket;
  }

  /** Ends a ticket and gives what it stands for; `undefined` when it stands for nothing, or nothing any more. */
  take(ticket: string): Taken<T> | undefined {
    const key = digest(ticket);
    const issued = this.#issued.get(key);
    this.#issued.delete(key);
    if (issued === undefined || this.#clock.monotonicMs() >= issued.endsAtMs) return undefined;
    // The time goes on as it did: trying again does not make it last longer.
    return { value: issued.value, putBack: (value) => void this.#issued.set(key, { ...issued, value }) };
  }
}

export interface Taken<T> {
  readonly value: T;
  /** Lets the same ticket be used once more. */
  readonly putBack: (value: T) => void;
}

function digest(ticket: string): string {
  return hash("sha256", ticket, "hex");
}
