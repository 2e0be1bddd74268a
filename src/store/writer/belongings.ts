// SPDX-License-Identifier: Apache-2.0
import { type DepositRequest, type SettleRequest, tokensPerClient } from "../thread-messages.ts";
import type { ReadyRequest } from "./group.ts";

interface OfClient {
  /** Files of large messages that are still coming in. */
  readonly files: Set<number>;
  /** Messages that await the verdict of an upstream, with their mailbox. */
  readonly offered: Map<number, number>;
}

/**
 * What must be put in order when a thread that works in the store ends without doing it. What the first one leaves is
 * put in order by the next start, for the process has ended with it.
 */
export class Belongings {
  readonly #clients = new Map<number, OfClient>();

  opened(client: number, sequence: number): void {
    if (client !== 0) this.#of(client).files.add(sequence);
  }

  closed(client: number, sequence: number): void {
    this.#clients.get(client)?.files.delete(sequence);
  }

  /** All of it has come; whether it is kept is for its request to tell. */
  finished({ token, sequence }: DepositRequest): void {
    this.closed(clientOf(token), sequence);
  }

  committed(group: readonly ReadyRequest[]): void {
    for (const { request } of group) {
      if (request.kind === "deposit" && request.step === "prepare") {
        const client = clientOf(request.token);
        if (client !== 0) this.#of(client).offered.set(request.sequence, request.mailbox);
      } else if (request.kind === "settle" || request.kind === "withdraw")
        this.#clients.get(clientOf(request.token))?.offered.delete(request.sequence);
    }
  }

  /** Everything of a client that has gone: files to discard, and requests that keep as *unknown* what it had offered. */
  of(
    client: number,
    atMs: number,
  ): { readonly files: readonly number[]; readonly settlements: readonly SettleRequest[] } {
    const { files, offered } = this.#of(client);
    this.#clients.delete(client);
    const settlements = Array.from(offered, ([sequence, mailbox]): SettleRequest => {
      const token = client * tokensPerClient;
      return { kind: "settle", token, atMs, mailbox, sequence, outcome: "unknown", addendum: undefined };
    });
    return { files: [...files], settlements };
  }

  #of(client: number): OfClient {
    const known = this.#clients.get(client);
    if (known !== undefined) return known;
    const made: OfClient = { files: new Set(), offered: new Map() };
    this.#clients.set(client, made);
    return made;
  }
}

function clientOf(token: number): number {
  return Math.floor(token / tokensPerClient);
}
