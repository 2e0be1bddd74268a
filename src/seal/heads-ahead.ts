// SPDX-License-Identifier: Apache-2.0
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { giveBack } from "../base/give-back.ts";
import type { HeadSource, MessageHead, Recipient } from "./contract.ts";
import { type HeadsMade, type HeadsWanted, readHead, recordBytes } from "./heads-batch.ts";
import { makeMessageHead } from "./message-head.ts";

/** A busy mailbox has so many heads waiting; half of them are ordered at a time, and each order wakes the thread. */
const mostWaiting = 128;
/** Mailboxes with heads waiting, 220 KB each at most; the heads of others are made when they are needed. */
const mostPools = 128;
/**
 * A mailbox whose last mail is longer ago gets nothing made ahead: mail for thousands of them in turn would have each
 * of these heads ordered by a message of its own, and take the places of those that are busy.
 */
const busyWithinMs = 1000;
/** Mailboxes that are remembered for that. */
const mostRemembered = 4096;
/** Heads of a mailbox that got no mail for so long are wiped. */
const idleMs = 30_000;

interface Pool {
  readonly recipient: Recipient;
  batches: Buffer[];
  /** Octets of the first batch that are used up. */
  usedBytes: number;
  ready: number;
  ordered: number;
  wanted: number;
  usedLately: boolean;
}

/**
 * Message heads made ahead in a thread of their own, so that the network thread seals a message at the price of its
 * octets: the key encapsulation is a third of a millisecond that it need not wait for. When none is ready it makes one
 * itself; nothing ever depends on the thread.
 */
export class HeadsAhead implements HeadSource {
  readonly #pools = new Map<string, Pool>();
  /** Recipients without a pool that got mail since `#rememberedSinceMs`. */
  readonly #remembered = new Set<string>();
  #rememberedSinceMs = 0;
  readonly #sweep: NodeJS.Timeout;
  readonly #failed: (error: Error) => void;
  #worker: Worker | undefined;
  /** The thread ended, and is not started again. */
  #over = false;

  /** The thread begins with the first mail. `failed` is told once when an error ended it; sealing goes on without it. */
  constructor(failed: (error: Error) => void) {
    this.#failed = failed;
    this.#sweep = setInterval(() => this.#dropIdle(), idleMs);
    this.#sweep.unref();
  }

  take(recipient: Recipient): MessageHead {
    const pool = this.#pools.get(recipient.text) ?? this.#begin(recipient);
    const head = pool === undefined ? undefined : this.#next(pool);
    return head ?? makeMessageHead(recipient);
  }

  /** Ends the thread and wipes what was made. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    this.#over = true;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    for (const pool of this.#pools.values()) wipe(pool);
    this.#pools.clear();
  }

  #begin(recipient: Recipient): Pool | undefined {
    if (this.#over || this.#pools.size >= mostPools || !this.#isBusy(recipient)) return undefined;
    this.#remembered.delete(recipient.text);
    const pool = { recipient, batches: [], usedBytes: 0, ready: 0, ordered: 0, wanted: 0, usedLately: true };
    this.#pools.set(recipient.text, pool);
    return pool;
  }

  /** Whether it got mail a moment ago. */
  #isBusy({ text }: Recipient): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#rememberedSinceMs > busyWithinMs || this.#remembered.size >= mostRemembered) {
      this.#remembered.clear();
      this.#rememberedSinceMs = nowMs;
    }
    if (this.#remembered.has(text)) return true;
    this.#remembered.add(text);
    return false;
  }

  #next(pool: Pool): MessageHead | undefined {
    pool.usedLately = true;
    const head = pool.ready === 0 ? undefined : takeFirst(pool);
    // Mail that comes faster than its heads wants more of them; a mailbox with a message now and then wants one.
    if (head === undefined) pool.wanted = Math.min(mostWaiting, Math.max(1, pool.wanted * 4));
    if ((pool.ready + pool.ordered) * 2 <= pool.wanted) this.#order(pool);
    return head;
  }

  #order(pool: Pool): void {
    const count = pool.wanted - pool.ready - pool.ordered;
    const worker = count <= 0 ? undefined : this.#running();
    if (worker === undefined) return;
    pool.ordered += count;
    worker.postMessage({ text: pool.recipient.text, count } satisfies HeadsWanted, []);
  }

  #running(): Worker | undefined {
    if (this.#over || this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL(`./heads-thread${extname(import.meta.url)}`, import.meta.url));
    worker.on("message", (made: HeadsMade) => this.#store(made));
    worker.on("error", (error) => {
      this.#over = true;
      this.#worker = undefined;
      this.#failed(error);
    });
    // A gateway that ends without `stop` must not be kept alive by it.
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #store({ text, heads }: HeadsMade): void {
    const batch = Buffer.from(heads);
    const pool = this.#pools.get(text);
    if (pool === undefined) {
      batch.fill(0);
      return;
    }
    const count = batch.length / recordBytes(pool.recipient.kind);
    pool.batches.push(batch);
    pool.ordered -= count;
    pool.ready += count;
  }

  #dropIdle(): void {
    for (const [text, pool] of this.#pools) {
      if (!pool.usedLately) {
        this.#pools.delete(text);
        wipe(pool);
      }
      pool.usedLately = false;
    }
  }
}

function takeFirst(pool: Pool): MessageHead | undefined {
  const bytes = recordBytes(pool.recipient.kind);
  let [batch] = pool.batches;
  if (batch !== undefined && pool.usedBytes === batch.length) {
    // Its last head was used up by now: a head is valid until the next one is taken.
    pool.batches.shift();
    giveBack(batch);
    pool.usedBytes = 0;
    [batch] = pool.batches;
  }
  if (batch === undefined) return undefined;
  const record = batch.subarray(pool.usedBytes, pool.usedBytes + bytes);
  pool.usedBytes += bytes;
  pool.ready -= 1;
  return readHead(record);
}

function wipe(pool: Pool): void {
  for (const batch of pool.batches) batch.fill(0);
  pool.batches = [];
  pool.ready = 0;
}
