// SPDX-License-Identifier: Apache-2.0
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { describeError, PosternError } from "../base/errors.ts";
import { ownMemory } from "../base/give-back.ts";
import type { Identity } from "../seal/contract.ts";
import type { FromOpeningThread, MessageFacts, ToOpeningThread } from "./opening-messages.ts";

/** Opens messages for one puller. */
export interface MessageOpening {
  /**
   * The whole response to RETR. Takes over the memory of `sealed`. Rejects with the errors of `seal/`, or with
   * `store/failing` when the thread ended meanwhile.
   */
  response(message: MessageFacts, sealed: Buffer, status: string): Promise<Buffer>;
  /** The puller is gone; what is still being opened for it is of no use any more. */
  end(): void;
}

interface Waiting {
  readonly resolve: (response: Buffer) => void;
  readonly reject: (error: PosternError) => void;
}

/**
 * Message opening in a thread of its own: unwrapping a file key costs as much as sending 200 KB, and the network thread
 * has others to serve. Begins with the first puller; a thread that ended by an error is followed by another.
 */
export class OpeningThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastPuller = 0;
  #token = 0;

  begin(identity: Identity): MessageOpening {
    this.#lastPuller += 1;
    const puller = this.#lastPuller;
    let told: Worker | undefined;
    return {
      response: (message, sealed, status) => {
        const worker = this.#running();
        if (told !== worker)
          worker.postMessage({ kind: "begin", puller, keys: identity.keys() } satisfies ToOpeningThread, []);
        told = worker;
        return this.#ask(worker, { puller, message: factsOf(message), sealed: handedOver(sealed), status });
      },
      end: () => {
        if (told !== undefined && told === this.#worker)
          told.postMessage({ kind: "end", puller } satisfies ToOpeningThread, []);
      },
    };
  }

  /** What is being opened is given up. Idempotent. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#failAll("the gateway stops");
  }

  #ask(
    worker: Worker,
    asked: Omit<Extract<ToOpeningThread, { readonly kind: "open" }>, "kind" | "token">,
  ): Promise<Buffer> {
    this.#token += 1;
    const token = this.#token;
    return new Promise((resolve, reject) => {
      this.#waiting.set(token, { resolve, reject });
      worker.postMessage({ ...asked, kind: "open", token } satisfies ToOpeningThread, [asked.sealed]);
    });
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL(`./opening-thread${extname(import.meta.url)}`, import.meta.url));
    this.#worker = worker;
    worker.on("message", (answer: FromOpeningThread) => this.#settle(answer));
    worker.on("error", (error) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#failAll(describeError(error));
    });
    // A gateway that ends without `stop` must not be kept alive by it.
    worker.unref();
    return worker;
  }

  #settle(answer: FromOpeningThread): void {
    const waiting = this.#waiting.get(answer.token);
    this.#waiting.delete(answer.token);
    if (answer.kind === "opened") waiting?.resolve(Buffer.from(answer.response));
    else waiting?.reject(new PosternError(answer.code ?? "store/failing", answer.detail));
  }

  #failAll(detail: string): void {
    for (const { reject } of this.#waiting.values()) reject(new PosternError("store/failing", detail));
    this.#waiting.clear();
  }
}

/** Without what is not needed: every field is copied from one thread to the other. */
function factsOf({ uniqueId, mailbox, traceBytes, deviations }: MessageFacts): MessageFacts {
  return { uniqueId, mailbox, traceBytes, deviations };
}

function handedOver(sealed: Buffer): ArrayBuffer {
  const memory = ownMemory(sealed);
  if (memory !== undefined) return memory;
  const copy = Buffer.allocUnsafeSlow(sealed.length);
  copy.set(sealed);
  return copy.buffer;
}
