// SPDX-License-Identifier: Apache-2.0
import { type MessagePort, parentPort } from "node:worker_threads";
import type { Recipient } from "./contract.ts";
import { type HeadsMade, type HeadsWanted, recordBytes, writeHead } from "./heads-batch.ts";
import { parseRecipient } from "./keys.ts";
import { makeMessageHead } from "./message-head.ts";

/** Parsed public keys that are remembered; parsing one costs as much as making a head. */
const rememberedKeys = 256;

/** Makes heads for recipients as they are ordered. Knows no message and no private key. */
function serve(port: MessagePort): void {
  const recipients = new Map<string, Recipient>();
  port.on("message", ({ text, count }: HeadsWanted) => {
    const recipient = recipients.get(text) ?? parseRecipient(text);
    if (recipients.size >= rememberedKeys) recipients.clear();
    recipients.set(text, recipient);
    const bytes = recordBytes(recipient.kind);
    const { buffer } = Buffer.allocUnsafeSlow(bytes * count);
    for (let at = 0; at < count; at++) writeHead(makeMessageHead(recipient), Buffer.from(buffer, at * bytes, bytes));
    port.postMessage({ text, heads: buffer } satisfies HeadsMade, [buffer]);
  });
}

if (parentPort !== null) serve(parentPort);
