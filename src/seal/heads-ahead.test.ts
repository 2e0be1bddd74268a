// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { waitFor } from "../../test/support/wait-for.ts";
import type { Recipient } from "./contract.ts";
import { HeadsAhead } from "./heads-ahead.ts";
import { generateIdentity, parseIdentity } from "./identity.ts";
import { parseRecipient } from "./keys.ts";
import { createSealer } from "./seal.ts";
import { unsealWhole } from "./unseal.ts";

const failures: Error[] = [];
const heads = new HeadsAhead((error) => failures.push(error));
after(() => heads.stop());

/** What the thread makes comes with a message; a turn of the event loop after another it is there. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
}

/**
 * Whether the head that comes next, for an X25519 recipient, was made ahead: one made at once has its key in a buffer of
 * its own or in Node's pool, never in a batch behind octets.
 */
function isMadeAhead(source: HeadsAhead, recipient: Recipient): boolean {
  const recordBytes = 168 + 16 + 32;
  const { payloadKey } = source.take(recipient);
  return payloadKey.byteOffset % recordBytes === recordBytes - 32 && payloadKey.buffer.byteLength % recordBytes === 0;
}

for (const kind of ["mlkem768x25519", "x25519"] as const) {
  test(`${kind}: every message opens, whether its head was made ahead or at once, and no head is used twice`, async () => {
    const { identity, recipient: text } = generateIdentity(kind);
    const recipient = parseRecipient(text);
    const seen = new Set<string>();
    for (let round = 0; round < 6; round++) {
      for (let number = 0; number < 30; number++) {
        const sealer = createSealer(recipient, heads);
        const plaintext = Buffer.from(`message ${round}.${number}`);
        const sealed = Buffer.concat([...sealer.update(plaintext), ...sealer.finish()]);
        seen.add(sealed.subarray(0, sealed.length - plaintext.length - 16).toString("latin1"));
        assert.deepEqual(unsealWhole(parseIdentity(identity), sealed), plaintext);
      }
      await someTurns();
    }
    assert.equal(seen.size, 180);
    assert.deepEqual(failures, []);
  });
}

test("heads of a recipient that gets mail are made ahead", async () => {
  const recipient = parseRecipient(generateIdentity("x25519").recipient);
  await waitFor("a head that was made ahead", () => isMadeAhead(heads, recipient));
});

test("many mailboxes with one message each do not keep a busy one from its heads", async (context) => {
  // Nobody sweeps away what is idle: there must be room without that.
  context.mock.timers.enable({ apis: ["setInterval"] });
  const source = new HeadsAhead((error) => failures.push(error));
  try {
    for (let number = 0; number < 300; number++) source.take(parseRecipient(generateIdentity("x25519").recipient));
    const busy = parseRecipient(generateIdentity("x25519").recipient);
    await waitFor("a head that was made ahead", () => isMadeAhead(source, busy));
    assert.deepEqual(failures, []);
  } finally {
    await source.stop();
  }
});

test("without the thread heads are made at once", async () => {
  const stopped = new HeadsAhead(() => assert.fail("stopping is no failure"));
  await stopped.stop();
  const { identity, recipient: text } = generateIdentity("x25519");
  const sealer = createSealer(parseRecipient(text), stopped);
  assert.equal(unsealWhole(parseIdentity(identity), Buffer.concat([...sealer.finish()])).length, 0);
});
