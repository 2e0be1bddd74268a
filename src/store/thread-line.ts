// SPDX-License-Identifier: Apache-2.0
import type { MessagePort, Transferable, Worker } from "node:worker_threads";
import { describeError } from "../base/errors.ts";

/** A line to a thread: to one of our own, or by a port to one that others use as well. */
export interface ThreadLine<Out, In> {
  post(message: Out, handOver?: readonly Transferable[]): void;
  /** `ended`: nothing comes any more; with what ended it. Called once. */
  listen(take: (message: In) => void, ended: (detail: string) => void): void;
  /** Ends a port; a worker of our own ends by itself. */
  close(): void;
}

export function workerLine<Out, In>(worker: Worker, name: string): ThreadLine<Out, In> {
  return {
    post: (message, handOver = []) => worker.postMessage(message, [...handOver]),
    listen(take, ended) {
      let fault: string | undefined;
      worker.on("message", take);
      worker.on("error", (error) => {
        fault = describeError(error);
      });
      worker.once("exit", (code) => ended(fault ?? `the ${name} thread ended with ${code}`));
    },
    close: () => undefined,
  };
}

export function portLine<Out, In>(port: MessagePort, name: string): ThreadLine<Out, In> {
  return {
    post: (message, handOver = []) => port.postMessage(message, [...handOver]),
    listen(take, ended) {
      port.on("message", take);
      port.once("close", () => ended(`the ${name} thread has gone`));
    },
    close: () => port.close(),
  };
}
