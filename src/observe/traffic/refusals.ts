// SPDX-License-Identifier: Apache-2.0

/** What was refused to whom, with what the log must not say (I4): who it was for. */
export interface RefusedThing {
  /** A word of ours. */
  readonly cause: string;
  /** What the peer was told; `undefined` when that is not known here. */
  readonly reply: string | undefined;
  readonly peer: string;
  /** What the peer said it is called. */
  readonly hello: string | undefined;
  /** The address that the peer named, as it wrote it. */
  readonly recipient: string | undefined;
  readonly mailbox: string | undefined;
}

export interface Refusal extends RefusedThing {
  /** Grows by one each time. */
  readonly id: number;
  readonly atMs: number;
}

export interface RefusalQuery {
  readonly mailbox?: string | undefined;
  readonly peer?: string | undefined;
  readonly recipient?: string | undefined;
  readonly cause?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Only those with a smaller id. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The last refusals, in memory alone: they name people, and a disk would remember them. */
export class Refusals {
  readonly #kept: Refusal[] = [];
  readonly #most: number;
  readonly #mostCharacters: number;
  readonly #nowMs: () => number;
  /** Since when all are there: the start, or when the oldest ones began to go. */
  #sinceMs: number;
  #lastId = 0;

  constructor(options: { readonly most: number; readonly mostCharacters: number; readonly nowMs: () => number }) {
    this.#most = options.most;
    this.#mostCharacters = options.mostCharacters;
    this.#nowMs = options.nowMs;
    this.#sinceMs = options.nowMs();
  }

  get keptSinceMs(): number {
    return this.#sinceMs;
  }

  add(refused: RefusedThing): void {
    this.#lastId += 1;
    this.#kept.push({
      ...refused,
      // The peer chooses these, and their length.
      hello: refused.hello?.slice(0, this.#mostCharacters),
      recipient: refused.recipient?.slice(0, this.#mostCharacters),
      reply: refused.reply?.slice(0, this.#mostCharacters),
      id: this.#lastId,
      atMs: this.#nowMs(),
    });
    // A part at a time: to move thousands along for each one would cost a flood of refusals more than its peer.
    if (this.#kept.length < this.#most * 1.25) return;
    this.#kept.splice(0, this.#kept.length - this.#most);
    this.#sinceMs = this.#kept[0]?.atMs ?? this.#sinceMs;
  }

  /** The newest first. */
  find(query: RefusalQuery): readonly Refusal[] {
    const found: Refusal[] = [];
    for (let index = this.#kept.length - 1; index >= 0 && found.length < query.limit; index--) {
      const refusal = this.#kept[index];
      if (refusal !== undefined && fits(refusal, query)) found.push(refusal);
    }
    return found;
  }
}

function fits(refusal: Refusal, query: RefusalQuery): boolean {
  if (query.before !== undefined && refusal.id >= query.before) return false;
  if (query.fromMs !== undefined && refusal.atMs < query.fromMs) return false;
  if (query.toMs !== undefined && refusal.atMs >= query.toMs) return false;
  if (query.mailbox !== undefined && refusal.mailbox !== query.mailbox) return false;
  if (query.cause !== undefined && refusal.cause !== query.cause) return false;
  return holds(refusal.peer, query.peer) && holds(refusal.recipient, query.recipient);
}

function holds(text: string | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || (text ?? "").toLowerCase().includes(wanted.toLowerCase());
}
