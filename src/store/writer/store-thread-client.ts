// SPDX-License-Identifier: Apache-2.0
import { type MessagePort, Worker } from "node:worker_threads";
import { PosternError } from "../../base/errors.ts";
import { giveBack } from "../../base/give-back.ts";
import { threadFile } from "../thread-file.ts";
import { type ThreadLine, workerLine } from "../thread-line.ts";
import {
  type Answer,
  type CommitRequest,
  type FromStoreThread,
  type StoreThreadOptions,
  type ToStoreThread,
  tokensPerClient,
} from "../thread-messages.ts";

export type Ready = Extract<FromStoreThread, { readonly kind: "ready" }>;
/** What the store thread tells by itself. */
export type Told = Extract<
  FromStoreThread,
  {
    readonly kind:
      | "free-space"
      | "health"
      | "segment-gone"
      | "damaged"
      | "row-damaged"
      | "leftover"
      | "compacted"
      | "large-window";
  }
>;
/** Told last, when the thread ended without being asked to. */
export interface ThreadEnded {
  readonly kind: "ended";
  readonly detail: string;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: PosternError) => void;
}

/** How long notes wait for company. */
const noteDelayMs = 250;

/**
 * A thread's side of the store thread. Requests of one turn of the event loop travel together, their records side by
 * side in one buffer that is handed over.
 */
export class StoreThreadClient {
  readonly #line: ThreadLine<ToStoreThread, FromStoreThread>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  readonly #told: (told: Told | ThreadEnded) => void;
  #requests: CommitRequest[] = [];
  #records: Buffer[] = [];
  #recordBytes = 0;
  #scheduled = false;
  #noteTimer: NodeJS.Timeout | undefined;
  #token: number;
  #over = false;
  #stopping = false;

  /** `client`: 0 for whoever started the thread, and for each that joined a number of its own. */
  constructor(
    line: ThreadLine<ToStoreThread, FromStoreThread>,
    client: number,
    told: (told: Told | ThreadEnded) => void,
  ) {
    this.#line = line;
    this.#token = client * tokensPerClient;
    this.#told = told;
    this.#ended = new Promise((resolve) => {
      line.listen(
        (message) => this.#take(message),
        (detail) => {
          this.#over = true;
          this.#failAll(this.#stopping ? new PosternError("store/stopped") : new PosternError("store/ended", detail));
          if (!this.#stopping) told({ kind: "ended", detail });
          resolve();
        },
      );
    });
  }

  /** Starts the thread; resolves when it has recovered the directory. Throws what kept it from starting. */
  static async start(
    options: StoreThreadOptions,
    told: (told: Told | ThreadEnded) => void,
  ): Promise<{ readonly client: StoreThreadClient; readonly ready: Ready }> {
    const worker = new Worker(threadFile("store-thread", import.meta.url), { workerData: options });
    const ready = await new Promise<Ready>((resolve, reject) => {
      worker.once("message", (message: FromStoreThread) => {
        if (message.kind === "ready") resolve(message);
        else if (message.kind === "cannot-start")
          reject(new PosternError(message.code ?? "store/failing", message.detail));
      });
      worker.once("error", reject);
      worker.once("exit", () => reject(new PosternError("store/ended")));
    });
    return { client: new StoreThreadClient(workerLine(worker, "store"), 0, told), ready };
  }

  /** Lets another thread work in the store, by the other end of `port`. */
  join(client: number, port: MessagePort): void {
    this.#line.post({ kind: "join", client, port }, [port]);
  }

  /** The thread takes nothing any more. */
  get over(): boolean {
    return this.#over;
  }

  nextToken(): number {
    this.#token += 1;
    return this.#token;
  }

  /** Sends a request with the next batch; resolves when it is durable, rejects with the store's error. */
  request(request: Exclude<CommitRequest, { readonly kind: "note" | "forget" }>): Promise<Answer> {
    if (this.#over) return Promise.reject(new PosternError("store/stopped"));
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.token, { resolve, reject });
      this.#add(request);
    });
  }

  /** As `request`, for a message whose record is `parts` side by side. */
  requestWithRecord(
    make: (recordAt: number) => Extract<CommitRequest, { readonly kind: "deposit" }>,
    parts: readonly Buffer[],
  ): Promise<Answer> {
    const request = make(this.#recordBytes);
    for (const part of parts) {
      this.#records.push(part);
      this.#recordBytes += part.length;
    }
    return this.request(request);
  }

  /** Rides along with what comes next; nobody waits for it, so it is not worth a sync of its own. */
  note(request: Extract<CommitRequest, { readonly kind: "note" | "forget" }>): void {
    if (this.#over) return;
    this.#requests.push(request);
    this.#noteTimer ??= setTimeout(() => this.#flush(), noteDelayMs);
  }

  send(
    message: Exclude<ToStoreThread, { readonly kind: "batch" | "join" }>,
    handOver: readonly ArrayBuffer[] = [],
  ): void {
    this.#line.post(message, handOver);
  }

  /** Of whoever started the thread: ends it. Of another: ends the part in it, when all is done that was asked for. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#flush();
    this.send({ kind: "stop" });
    await this.#ended;
  }

  #add(request: CommitRequest): void {
    this.#requests.push(request);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    clearTimeout(this.#noteTimer);
    this.#noteTimer = undefined;
    if (this.#requests.length === 0) return;
    const requests = this.#requests;
    const bytes = this.#recordBytes;
    if (bytes === 0) this.#line.post({ kind: "batch", requests, payload: undefined });
    else {
      // Not `new ArrayBuffer`: that fills it with zeros first, and with that costs more than all the rest of the way.
      const target = Buffer.allocUnsafeSlow(bytes);
      let at = 0;
      for (const part of this.#records) {
        target.set(part, at);
        at += part.length;
        giveBack(part);
      }
      const { buffer } = target;
      this.#line.post({ kind: "batch", requests, payload: { buffer, bytes } }, [buffer]);
    }
    this.#requests = [];
    this.#records = [];
    this.#recordBytes = 0;
  }

  #take(message: FromStoreThread): void {
    switch (message.kind) {
      case "answers":
        for (const answer of message.answers) this.#settle(answer);
        return;
      case "ready":
      case "cannot-start":
      case "stopped":
        return;
      case "free-space":
      case "health":
      case "segment-gone":
      case "damaged":
      case "row-damaged":
      case "leftover":
      case "compacted":
      case "large-window":
        this.#told(message);
    }
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.token);
    this.#waiting.delete(answer.token);
    if (answer.kind === "failed") waiting?.reject(new PosternError(answer.code, answer.detail));
    else waiting?.resolve(answer);
  }

  #failAll(error: PosternError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
