// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { SecretBytes } from "../../base/secret.ts";
import { generateIdentity, parseIdentity } from "../../seal/identity.ts";
import { parseRecipient } from "../../seal/keys.ts";
import { sealWhole } from "../../seal/seal.ts";
import type { SealedSource, StoredMessage } from "../../store/contract.ts";
import { openMessage } from "./open-message.ts";

const mailbox = `mbx-${"1".repeat(32)}` as const;
const otherMailbox = `mbx-${"2".repeat(32)}` as const;
const uniqueId = "abcdefgh-0000000001";
const content = "Subject: x\r\n\r\nhello\r\n";

const keys = generateIdentity("x25519");
const recipient = parseRecipient(keys.recipient);

function traceFor(id: string, unique: string): string {
  return `Return-Path: <a@example.com>\r\nX-Postern-Mailbox: ${id}\r\nX-Postern-Unique-Id: ${unique}\r\nX-Postern-Trace: end\r\n`;
}

function sourceOf(plaintext: string, change: Partial<StoredMessage> = {}): SealedSource {
  const sealed = sealWhole(recipient, Buffer.from(plaintext));
  const message: StoredMessage = {
    uniqueId,
    mailbox,
    state: "accepted",
    source: "journal",
    receivedAtMs: 0,
    sealedBytes: sealed.length,
    sha256: createHash("sha256").update(sealed).digest(),
    traceBytes: traceFor(mailbox, uniqueId).length,
    contentBytes: content.length,
    contentPop3Bytes: content.length,
    deviations: 0,
    ...change,
  };
  return {
    message,
    // Small reads, so that the block and the content come in pieces.
    read: async (position, maxBytes) => Buffer.from(sealed.subarray(position, position + Math.min(maxBytes, 50))),
    addenda: async () => [],
    close: () => undefined,
  };
}

async function readContent(source: SealedSource, text: SecretBytes = keys.identity): Promise<string> {
  const opened = await openMessage(source, parseIdentity(text));
  const chunks: Buffer[] = [];
  for await (const chunk of opened.content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("the trace block is cut off, the content comes as it was", async () => {
  assert.equal(await readContent(sourceOf(traceFor(mailbox, uniqueId) + content)), content);
});

test("a sealed message of another mailbox or unique-id is refused before anything of it comes out", async () => {
  for (const trace of [traceFor(otherMailbox, uniqueId), traceFor(mailbox, "abcdefgh-0000000002")]) {
    await assert.rejects(readContent(sourceOf(trace + content)), { code: "seal/swapped-message" });
  }
});

test("a trace block that does not end where the index says is refused", async () => {
  const traceBytes = traceFor(mailbox, uniqueId).length;
  for (const wrong of [traceBytes - 1, traceBytes + 1, traceBytes + 10_000]) {
    const source = sourceOf(traceFor(mailbox, uniqueId) + content, { traceBytes: wrong });
    await assert.rejects(readContent(source), { code: "seal/swapped-message" });
  }
});

test("content of another length than the index says is damage", async () => {
  const source = sourceOf(traceFor(mailbox, uniqueId) + content, { contentBytes: content.length - 1 });
  await assert.rejects(readContent(source), { code: "store/damaged" });
});

test("sealed octets with another digest than the index has are damage", async () => {
  const source = sourceOf(traceFor(mailbox, uniqueId) + content, { sha256: Buffer.alloc(32) });
  await assert.rejects(readContent(source), { code: "store/damaged" });
});

test("the key of another mailbox does not open it", async () => {
  const source = sourceOf(traceFor(mailbox, uniqueId) + content);
  await assert.rejects(readContent(source, generateIdentity("x25519").identity), { code: "seal/no-identity-match" });
});
