// SPDX-License-Identifier: Apache-2.0
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { describeError, PosternError } from "../../base/errors.ts";
import type { FromReaderThread, ReaderQuestion, ToReaderThread } from "../thread-messages.ts";
import { IndexReader } from "./index-reader.ts";
import { readLedger } from "./ledger-pages.ts";

/** The reader thread: answers look-ups while the store thread writes and the network thread serves. */
function answer(reader: IndexReader, question: ReaderQuestion): FromReaderThread {
  const { kind, token } = question;
  switch (kind) {
    case "snapshot":
      return { kind, token, value: reader.snapshot(question.mailbox) };
    case "locations":
      return { kind, token, value: reader.locations(question.mailbox, question.sequences) };
    case "addenda":
      return { kind, token, value: reader.addenda(question.mailbox, question.sequence) };
    case "counts":
      return { kind, token, value: reader.counts() };
    case "activity":
      return { kind, token, value: reader.activity(question.mailbox, question.fromMs, question.toMs) };
    case "ledger":
      return { kind, token, value: readLedger(reader.index, question.mailbox, question.query) };
    case "passage":
      return { kind, token, value: reader.passage(question.mailbox, question.name) };
    default:
      return kind satisfies never;
  }
}

/** A snapshot is large: its memory goes to the network thread. */
function handedOver(found: FromReaderThread): ArrayBuffer[] {
  return found.kind === "snapshot" ? [found.value.sequences.buffer, found.value.pop3Bytes.buffer] : [];
}

/** Answers what comes on `port`: the one of whoever started the thread, or one that joined. */
function serve(port: MessagePort, reader: IndexReader, stop: () => void): void {
  port.on("message", (request: ToReaderThread) => {
    if (request.kind === "stop") {
      stop();
      return;
    }
    if (request.kind === "join") {
      serve(request.port, reader, () => request.port.close());
      return;
    }
    const { token } = request;
    try {
      const found = answer(reader, request);
      port.postMessage(found, handedOver(found));
    } catch (error) {
      const code = error instanceof PosternError ? error.code : undefined;
      port.postMessage({ kind: "failed", token, code, detail: describeError(error) } satisfies FromReaderThread, []);
    }
  });
}

if (parentPort !== null) {
  const port = parentPort;
  const root: string = workerData;
  const reader = new IndexReader(root);
  serve(port, reader, () => {
    reader.close();
    // Those who joined are not waited for: they have ended before, or hear that this has.
    process.exit();
  });
}
