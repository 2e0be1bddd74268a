// SPDX-License-Identifier: Apache-2.0
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { describeError, type ErrorCode, PosternError } from "./errors.ts";

/** What goes over a line between threads whose one end asks. Plain values only: they are copied. */
type Asked<Q> = { readonly token: number | undefined; readonly question: Q };
type Answered<A> =
  | { readonly token: number; readonly answer: A }
  | { readonly token: number; readonly code: ErrorCode | undefined; readonly detail: string | undefined };

/** An end of a line on which such questions are asked; the mark is for the compiler alone. */
export type QuestionPort<Q> = MessagePort & { readonly asks?: Q };

interface Waiting<A> {
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/** The end of a line that asks; whoever waits hears of it when the other thread is gone. */
export class AskPort<Q, A> {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting<A>>();
  #token = 0;
  #over = false;

  constructor(port: QuestionPort<Q>) {
    this.#port = port;
    port.on("message", (message: Answered<A>) => {
      const waiting = this.#waiting.get(message.token);
      this.#waiting.delete(message.token);
      if ("answer" in message) waiting?.resolve(message.answer);
      else waiting?.reject(new PosternError(message.code ?? "gateway/thread-ended", message.detail));
    });
    port.on("close", () => {
      this.#over = true;
      for (const { reject } of this.#waiting.values()) reject(new PosternError("gateway/thread-ended"));
      this.#waiting.clear();
    });
  }

  /** Rejects with the error of the other end, its code kept, or with `gateway/thread-ended`. */
  ask(question: Q): Promise<A> {
    if (this.#over) return Promise.reject(new PosternError("gateway/thread-ended"));
    this.#token += 1;
    const token = this.#token;
    return new Promise((resolve, reject) => {
      this.#waiting.set(token, { resolve, reject });
      this.#port.postMessage({ token, question } satisfies Asked<Q>, []);
    });
  }

  /** Nobody waits for an answer. */
  tell(question: Q): void {
    if (!this.#over) this.#port.postMessage({ token: undefined, question } satisfies Asked<Q>, []);
  }

  close(): void {
    this.#port.close();
  }
}

/** The end of a line that answers. What `answer` throws goes to whoever asked. */
export function answerOn<Q>(port: QuestionPort<Q>, answer: (question: Q) => unknown): void {
  port.on("message", ({ token, question }: Asked<Q>) => {
    Promise.resolve(question)
      .then(answer)
      .then(
        (value) => ({ token: token ?? 0, answer: value }) satisfies Answered<unknown>,
        (error: unknown) => {
          const [code, detail] =
            error instanceof PosternError ? [error.code, error.detail] : [undefined, describeError(error)];
          return { token: token ?? 0, code, detail } satisfies Answered<unknown>;
        },
      )
      .then((answered) => {
        if (token !== undefined) port.postMessage(answered, []);
      })
      .catch(() => undefined);
  });
}

/** Takes what has come and was not yet taken, for the end of a line whose other end is gone. Nobody is answered. */
export function drainQuestions<Q>(port: QuestionPort<Q>, take: (question: Q) => unknown): void {
  for (let queued = receiveMessageOnPort(port); queued !== undefined; queued = receiveMessageOnPort(port)) {
    const { question }: Asked<Q> = queued.message;
    void take(question);
  }
}
