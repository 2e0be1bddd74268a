// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasCode } from "../base/errors.ts";
import { formatUniqueId, generateMailboxId } from "../base/ids.ts";
import { generateIdentity, parseIdentity } from "../seal/identity.ts";
import { parseRecipient } from "../seal/keys.ts";
import { sealWhole } from "../seal/seal.ts";
import { OpeningThread } from "./opening.ts";

const thread = new OpeningThread();
after(() => thread.stop());

const mailbox = generateMailboxId();
const uniqueId = formatUniqueId("abcdefgh", 1);
const block = `X-Postern-Mailbox: ${mailbox}\r\nX-Postern-Unique-Id: ${uniqueId}\r\nX-Postern-Trace: end\r\n`;

function sealedFor(recipient: string, content: string): Buffer {
  return sealWhole(parseRecipient(recipient), Buffer.from(block + content, "latin1"));
}

for (const kind of ["mlkem768x25519", "x25519"] as const) {
  test(`${kind}: the response is the status line, the message with dots doubled, and the final dot`, async () => {
    const { identity, recipient } = generateIdentity(kind);
    const opening = thread.begin(parseIdentity(identity));
    const message = { uniqueId, mailbox, traceBytes: block.length, deviations: 0 };
    const [first, second] = await Promise.all([
      opening.response(message, sealedFor(recipient, "Subject: a\r\n\r\n.dot\r\n"), "12 octets"),
      opening.response(message, sealedFor(recipient, "b\r\n"), "3 octets"),
    ]);
    assert.equal(first.toString("latin1"), `+OK 12 octets\r\n${block}Subject: a\r\n\r\n..dot\r\n.\r\n`);
    assert.equal(second.toString("latin1"), `+OK 3 octets\r\n${block}b\r\n.\r\n`);
    opening.end();
  });
}

test("damage and another's message are told by their codes, and the next message opens", async () => {
  const { identity, recipient } = generateIdentity("x25519");
  const opening = thread.begin(parseIdentity(identity));
  const message = { uniqueId, mailbox, traceBytes: block.length, deviations: 0 };
  const damaged = sealedFor(recipient, "a\r\n");
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
  await assert.rejects(opening.response(message, damaged, ""), (error) => hasCode(error, "seal/damaged-payload"));
  const other = sealedFor(generateIdentity("x25519").recipient, "a\r\n");
  await assert.rejects(opening.response(message, other, ""), (error) => hasCode(error, "seal/no-identity-match"));
  const swapped = { ...message, uniqueId: formatUniqueId("abcdefgh", 2) };
  await assert.rejects(opening.response(swapped, sealedFor(recipient, "a\r\n"), ""), (error) =>
    hasCode(error, "seal/swapped-message"),
  );
  assert.match((await opening.response(message, sealedFor(recipient, "a\r\n"), "3 octets")).toString(), /^\+OK 3/);
});

test("after the gateway has stopped it what is asked for is refused, and a wiped identity opens nothing", async () => {
  const stopping = new OpeningThread();
  const { identity, recipient } = generateIdentity("x25519");
  const opened = parseIdentity(identity);
  const opening = stopping.begin(opened);
  const message = { uniqueId, mailbox, traceBytes: block.length, deviations: 0 };
  const asked = opening.response(message, sealedFor(recipient, "a\r\n"), "");
  const refused = assert.rejects(asked, (error) => hasCode(error, "store/failing"));
  await stopping.stop();
  await refused;
  opened.wipe();
  await assert.rejects(
    async () => stopping.begin(opened).response(message, Buffer.alloc(1), ""),
    (error) => hasCode(error, "seal/bad-key"),
  );
  await stopping.stop();
});
