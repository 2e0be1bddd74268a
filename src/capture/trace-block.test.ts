// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateMailboxId } from "../base/ids.ts";
import { readTraceBinding } from "../protocol/mime/trace-block.ts";
import { formatTraceBlock } from "./trace-block.ts";

test("what POP3 carried has no envelope: the block tells where it was fetched, for whom, and when", () => {
  const binding = { mailbox: generateMailboxId(), uniqueId: "testtest-0000000001" };
  const block = formatTraceBlock(
    {
      source: "pop3-proxy",
      reversePath: null,
      mailParameters: "",
      hello: "mail.example.org",
      peer: { address: "2001:db8::7", port: 995 },
      tls: { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" },
      protocol: "POP3",
      receivedBy: "gateway.example",
      receivedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      facts: { "Remote-User": "anna\r\nBcc: x", Upstream: "mail.example.org", Client: "198.51.100.7" },
    },
    [],
    binding,
  );
  assert.equal(
    block.toString(),
    [
      `X-Postern-Mailbox: ${binding.mailbox}`,
      "X-Postern-Unique-Id: testtest-0000000001",
      "X-Postern-Source: pop3-proxy",
      "Received: from mail.example.org ([IPv6:2001:db8::7])",
      "\tby gateway.example (Postern) with POP3 id testtest-0000000001",
      "\t(TLSv1.3 TLS_AES_128_GCM_SHA256)",
      "\t; Fri, 2 Jan 2026 03:04:05 +0000",
      "X-Postern-Remote-User: anna??Bcc: x",
      "X-Postern-Upstream: mail.example.org",
      "X-Postern-Client: 198.51.100.7",
      "X-Postern-Trace: end",
      "",
    ].join("\r\n"),
  );
  assert.deepEqual(readTraceBinding(block), binding);
});
