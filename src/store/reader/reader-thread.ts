// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from "node:worker_threads";
import { describeError, PosternError } from "../../base/errors.ts";
import type { FromReaderThread, ToReaderThread } from "../thread-messages.ts";
import { IndexReader } from "./index-reader.ts";

/** The reader thread: answers look-ups while the store thread writes and the network thread serves. */
function answer(reader: IndexReader, request: Exclude<ToReaderThread, { readonly kind: "stop" }>): unknown {
  switch (request.kind) {
    case "snapshot":
      return reader.snapshot(request.mailbox);
    case "locations":
      return reader.locations(request.mailbox, request.sequences);
    case "addenda":
      return reader.addenda(request.mailbox, request.sequence);
    case "counts":
      return reader.counts();
    case "passage":
      return reader.passage(request.mailbox, request.name);
    default:
      return request satisfies never;
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const root: string = workerData;
  const reader = new IndexReader(root);
  port.on("message", (request: ToReaderThread) => {
    if (request.kind === "stop") {
      reader.close();
      port.close();
      return;
    }
    const { token } = request;
    try {
      port.postMessage({ token, value: answer(reader, request) } satisfies FromReaderThread, []);
    } catch (error) {
      const code = error instanceof PosternError ? error.code : undefined;
      port.postMessage({ token, code, detail: describeError(error) } satisfies FromReaderThread, []);
    }
  });
}
