// SPDX-License-Identifier: Apache-2.0
import { type MessagePort, Worker } from "node:worker_threads";
import { PosternError } from "../../base/errors.ts";
import type { ActivityHour } from "../activity-hours.ts";
import type { Addendum } from "../contract.ts";
import type { LedgerQuery } from "../ledger.ts";
import { threadFile } from "../thread-file.ts";
import { type ThreadLine, workerLine } from "../thread-line.ts";
import type {
  CountsRow,
  FromReaderThread,
  LedgerPart,
  LocationRow,
  ReaderAnswer,
  ReaderAnswers,
  ReaderQuestion,
  Snapshot,
  ToReaderThread,
} from "../thread-messages.ts";

type Kind = keyof ReaderAnswers;

interface Waiting<K extends Kind> {
  readonly resolve: (value: ReaderAnswers[K]) => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for which kind of answer, by token. */
type AllWaiting = { readonly [K in Kind]: Map<number, Waiting<K>> };

/** A thread's side of the reader thread: each question is a promise. */
export class ReaderClient {
  readonly #line: ThreadLine<ToReaderThread, FromReaderThread>;
  readonly #waiting: AllWaiting = {
    snapshot: new Map(),
    locations: new Map(),
    addenda: new Map(),
    counts: new Map(),
    activity: new Map(),
    ledger: new Map(),
    passage: new Map(),
  };
  readonly #ended: Promise<void>;
  #token = 0;
  #over = false;
  #stopping = false;

  /** `ended` is told when the thread ended without being asked to. */
  constructor(line: ThreadLine<ToReaderThread, FromReaderThread>, ended: (detail: string) => void) {
    this.#line = line;
    this.#ended = new Promise((resolve) => {
      line.listen(
        (answer) => this.#hear(answer),
        (detail) => {
          this.#over = true;
          this.#failAll(this.#stopping ? new PosternError("store/stopped") : new PosternError("store/ended", detail));
          if (!this.#stopping) ended(detail);
          resolve();
        },
      );
    });
  }

  /** Starts the thread itself. */
  static start(root: string, ended: (detail: string) => void): ReaderClient {
    const worker = new Worker(threadFile("reader-thread", import.meta.url), { workerData: root });
    return new ReaderClient(workerLine(worker, "reader"), ended);
  }

  /** Lets another thread ask, by the other end of `port`. */
  join(port: MessagePort): void {
    this.#line.post({ kind: "join", port }, [port]);
  }

  snapshot(mailbox: number): Promise<Snapshot> {
    return this.#ask("snapshot", { kind: "snapshot", token: this.#next(), mailbox });
  }

  locations(mailbox: number, sequences: Float64Array): Promise<readonly LocationRow[]> {
    return this.#ask("locations", { kind: "locations", token: this.#next(), mailbox, sequences });
  }

  addenda(mailbox: number, sequence: number): Promise<readonly Addendum[]> {
    return this.#ask("addenda", { kind: "addenda", token: this.#next(), mailbox, sequence });
  }

  counts(): Promise<readonly CountsRow[]> {
    return this.#ask("counts", { kind: "counts", token: this.#next() });
  }

  activity(
    mailbox: number,
    span: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly ActivityHour[]> {
    return this.#ask("activity", { kind: "activity", token: this.#next(), mailbox, ...span });
  }

  ledger(mailbox: number, query: LedgerQuery): Promise<LedgerPart> {
    return this.#ask("ledger", { kind: "ledger", token: this.#next(), mailbox, query });
  }

  passage(mailbox: number, name: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#ask("passage", { kind: "passage", token: this.#next(), mailbox, name });
  }

  /** Ends the thread, for everybody. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#line.post({ kind: "stop" });
    await this.#ended;
  }

  /** Asks no more; the thread is there for others. */
  leave(): void {
    this.#stopping = true;
    this.#line.close();
  }

  async #ask<K extends Kind>(kind: K, question: ReaderQuestion<K>): Promise<ReaderAnswers[K]> {
    if (this.#over) throw new PosternError("store/stopped");
    return new Promise((resolve, reject) => {
      this.#waiting[kind].set(question.token, { resolve, reject });
      this.#line.post(question);
    });
  }

  #hear(answer: FromReaderThread): void {
    if (answer.kind === "failed")
      this.#fail(answer.token, new PosternError(answer.code ?? "store/failing", answer.detail));
    else this.#take(answer);
  }

  #take<K extends Kind>({ kind, token, value }: ReaderAnswer<K>): void {
    this.#waiting[kind].get(token)?.resolve(value);
    this.#waiting[kind].delete(token);
  }

  #fail(token: number, error: PosternError): void {
    for (const waiting of Object.values(this.#waiting)) {
      waiting.get(token)?.reject(error);
      waiting.delete(token);
    }
  }

  #failAll(error: PosternError): void {
    for (const waiting of Object.values(this.#waiting)) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    }
  }

  #next(): number {
    this.#token += 1;
    return this.#token;
  }
}
