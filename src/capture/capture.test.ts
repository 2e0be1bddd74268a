// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { beforeEach, test } from "node:test";
import { asStore, MemoryStore, noMailboxes } from "../../test/support/memory-store.ts";
import { hasCode } from "../base/errors.ts";
import { generateMailboxId } from "../base/ids.ts";
import { generateIdentity, parseIdentity } from "../seal/identity.ts";
import { parseRecipient } from "../seal/keys.ts";
import { unsealWhole } from "../seal/unseal.ts";
import { Capture, type CaptureTarget } from "./capture.ts";
import type { RecordedEnvelope } from "./recorded-envelope.ts";

const fingerprintKey = createSecretKey(Buffer.alloc(32, 7));

const envelope: RecordedEnvelope = {
  source: "journal",
  reversePath: "alice@example.org",
  mailParameters: "SIZE=20",
  hello: "mail.example.org",
  peer: { address: "192.0.2.7", port: 40_000 },
  tls: { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" },
  protocol: "ESMTPS",
  receivedBy: "gateway.example",
  receivedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
};

function newTarget() {
  const { identity, recipient } = generateIdentity("x25519");
  const mailbox = generateMailboxId();
  const target: CaptureTarget = {
    mailbox,
    recipient: parseRecipient(recipient),
    recipients: [{ address: `${mailbox}@archive.example`, parameters: "ORCPT=rfc822;bob@example.org" }],
  };
  return { target, identity: parseIdentity(identity) };
}

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

function begin(targets: readonly CaptureTarget[], from: RecordedEnvelope = envelope): Capture {
  return Capture.begin({ store: asStore(store, noMailboxes), fingerprintKey }, from, targets);
}

test("the sealed message is the trace block and the exact octets (I2)", async () => {
  const { target, identity } = newTarget();
  const content = Buffer.from("Subject: x\r\n\r\nbare\nLF and \0 and \xff\r.\r\n.\r\nend", "latin1");
  const capture = begin([target]);
  for (const octet of content) capture.write(Buffer.from([octet]));
  const [kept] = await capture.keep();

  const [message] = store.messages;
  assert.ok(message !== undefined && kept !== undefined);
  const plaintext = unsealWhole(identity, message.sealed);
  const trace = plaintext.subarray(0, message.facts.traceBytes).toString("utf8");
  assert.deepEqual(plaintext.subarray(message.facts.traceBytes), content);
  assert.equal(message.facts.contentBytes, content.length);
  assert.equal(
    trace,
    [
      "Return-Path: <alice@example.org>",
      `X-Postern-Mailbox: ${target.mailbox}`,
      `X-Postern-Unique-Id: ${kept.uniqueId}`,
      "X-Postern-Source: journal",
      "Received: from mail.example.org ([192.0.2.7])",
      `\tby gateway.example (Postern) with ESMTPS id ${kept.uniqueId}`,
      "\t(TLSv1.3 TLS_AES_128_GCM_SHA256)",
      "\t; Fri, 2 Jan 2026 03:04:05 +0000",
      "X-Envelope-From: alice@example.org",
      `X-Envelope-To: ${target.mailbox}@archive.example`,
      "X-Postern-Mail-Parameters: SIZE=20",
      `X-Postern-Recipient-Parameters: <${target.mailbox}@archive.example> ORCPT=rfc822;bob@example.org`,
      "X-Postern-Trace: end",
      "",
    ].join("\r\n"),
  );
});

test("nothing of content or envelope is in the sealed bytes (I4)", async () => {
  const { target } = newTarget();
  const capture = begin([target]);
  capture.write(Buffer.from("Subject: a secret subject\r\n\r\nhello\r\n"));
  await capture.keep();
  const sealed = store.messages[0]?.sealed ?? Buffer.alloc(0);
  for (const word of ["secret", "hello", "alice", "Return-Path", target.mailbox])
    assert.equal(sealed.indexOf(word), -1);
});

test("a mailbox sees its own recipients and no others", async () => {
  const one = newTarget();
  const two = newTarget();
  const capture = begin([one.target, two.target]);
  capture.write(Buffer.from("Subject: both\r\n\r\n"));
  assert.equal((await capture.keep()).length, 2);
  const plaintext = unsealWhole(two.identity, store.messages[1]?.sealed ?? Buffer.alloc(0)).toString("latin1");
  assert.ok(plaintext.includes(two.target.mailbox));
  assert.ok(!plaintext.includes(one.target.mailbox));
});

test("the same bytes from the same sender are a second receipt, sealed; another sender is another message", async () => {
  const { target, identity } = newTarget();
  const deliver = async (from: RecordedEnvelope) => {
    const capture = begin([target], from);
    capture.write(Buffer.from("Subject: again\r\n\r\nsame\r\n"));
    return (await capture.keep())[0];
  };
  const first = await deliver(envelope);
  const again = await deliver({ ...envelope, peer: { address: "192.0.2.8", port: 1 } });
  assert.equal(again?.repeated, true);
  assert.equal(again?.uniqueId, first?.uniqueId);
  assert.equal(store.messages.length, 1);
  const [addendum] = store.addenda;
  assert.ok(addendum !== undefined);
  const receipt = JSON.parse(unsealWhole(identity, addendum.addendum.sealed).toString("utf8"));
  assert.equal(receipt.kind, "receipt");
  assert.equal(receipt.peer.address, "192.0.2.8");

  const other = await deliver({ ...envelope, reversePath: null });
  assert.equal(other?.repeated, false);
  assert.equal(store.messages.length, 2);
});

test("a store that fails makes keep fail, and an aborted capture leaves nothing", async () => {
  const { target } = newTarget();
  store.failCommits = true;
  const failing = begin([target]);
  failing.write(Buffer.from("x"));
  await assert.rejects(failing.keep(), (error) => hasCode(error, "store/failing"));
  store.failCommits = false;
  const given = begin([target]);
  given.write(Buffer.from("x"));
  await given.abort();
  assert.equal(store.messages.length, 0);
  assert.equal(store.aborted.length, 1);
});

test("a peer's text cannot open a header field of its own", async () => {
  const { target, identity } = newTarget();
  const capture = begin([target], { ...envelope, hello: "evil\r\nX-Postern-Mailbox: mbx-other" });
  await capture.keep();
  const plaintext = unsealWhole(identity, store.messages[0]?.sealed ?? Buffer.alloc(0)).toString("latin1");
  assert.ok(plaintext.includes("Received: from evil??X-Postern-Mailbox: mbx-other"));
});
