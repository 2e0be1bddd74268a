// SPDX-License-Identifier: Apache-2.0
import { Worker } from "node:worker_threads";
import { describeError, PosternError } from "../../base/errors.ts";
import type { Addendum } from "../contract.ts";
import { threadFile } from "../thread-file.ts";
import type { CountsRow, FromReaderThread, LocationRow, Snapshot, ToReaderThread } from "../thread-messages.ts";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The network thread's side of the reader thread: each question is a promise. */
export class ReaderClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #token = 0;
  #over = false;
  #stopping = false;

  /** `ended` is told when the thread ended without being asked to. */
  constructor(root: string, ended: (detail: string) => void) {
    this.#worker = new Worker(threadFile("reader-thread", import.meta.url), { workerData: root });
    this.#worker.on("message", (answer: FromReaderThread) => this.#take(answer));
    let fault: string | undefined;
    this.#worker.on("error", (error) => {
      fault = describeError(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#over = true;
        const detail = fault ?? `the reader thread ended with ${code}`;
        this.#failAll(this.#stopping ? new PosternError("store/stopped") : new PosternError("store/ended", detail));
        if (!this.#stopping) ended(detail);
        resolve();
      });
    });
  }

  snapshot(mailbox: number): Promise<Snapshot> {
    return this.#ask({ kind: "snapshot", token: this.#next(), mailbox });
  }

  locations(mailbox: number, sequences: Float64Array): Promise<readonly LocationRow[]> {
    return this.#ask({ kind: "locations", token: this.#next(), mailbox, sequences });
  }

  addenda(mailbox: number, sequence: number): Promise<readonly Addendum[]> {
    return this.#ask({ kind: "addenda", token: this.#next(), mailbox, sequence });
  }

  counts(): Promise<readonly CountsRow[]> {
    return this.#ask({ kind: "counts", token: this.#next() });
  }

  passage(mailbox: number, name: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#ask({ kind: "passage", token: this.#next(), mailbox, name });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#worker.postMessage({ kind: "stop" } satisfies ToReaderThread, []);
    await this.#ended;
  }

  async #ask<T>(request: Exclude<ToReaderThread, { readonly kind: "stop" }>): Promise<T> {
    if (this.#over) throw new PosternError("store/stopped");
    const value = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(request.token, { resolve, reject });
      this.#worker.postMessage(request, []);
    });
    // A checked boundary: the reader answers each kind of question with its own shape, and both ends are built together.
    return value as T; // oxlint-disable-line typescript/no-unsafe-type-assertion
  }

  #take(answer: FromReaderThread): void {
    const waiting = this.#waiting.get(answer.token);
    this.#waiting.delete(answer.token);
    if (waiting === undefined) return;
    if ("value" in answer) {
      waiting.resolve(answer.value);
    } else waiting.reject(new PosternError(answer.code ?? "store/failing", answer.detail));
  }

  #failAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #next(): number {
    this.#token += 1;
    return this.#token;
  }
}
