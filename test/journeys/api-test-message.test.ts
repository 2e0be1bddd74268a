// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { deliverToSelf } from "../../src/upstream/own-delivery.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";

let world: ApiWorld;
let program: ApiClient;

before(async () => {
  world = await ApiWorld.start();
  program = await world.program("mailboxes:read", "mailboxes:write");
});

after(() => world.stop());

async function mailbox(body: object = {}) {
  return (await program.call("POST", "mailboxes", { body: { name: "Tested", ...body } })).body;
}

const send = (id: string) => program.call("POST", `mailboxes/${id}/test-message`);

test("a test message goes in by STARTTLS, waits, and is pulled; the audit trail says who sent it", async () => {
  const { id, address, password } = await mailbox({ requireTls: true });
  const { status, body } = await send(id);
  assert.equal(status, 200);
  assert.deepEqual([body.outcome, body.cause], ["accepted", "accepted"]);
  assert.match(body.reply, /^250 2\.0\.0 /);
  assert.equal((await program.call("GET", `mailboxes/${id}`)).body.messages, 1);
  const pop3 = await world.local.pop3({ id, address, password });
  const text = (await pop3.retrieve(1)).toString();
  assert.ok(text.includes(`Message-ID: <${body.messageId}>`));
  assert.match(text, /^Received: from localhost .*\r\n.*with ESMTPS/m);
  pop3.peer.destroy();
  const root = await world.root();
  const [entry] = (await root.call("GET", "audit?limit=1")).body.entries;
  assert.deepEqual(
    [entry.action, entry.subject, entry.actor, entry.after.outcome],
    ["mailbox.test-message", id, "token:root/program", "accepted"],
  );
});

test("what keeps other mail out keeps the test message out, and the answer says why", async () => {
  const suspended = await mailbox();
  await program.call("PUT", `mailboxes/${suspended.id}/state`, { body: { state: "suspended" } });
  const first = (await send(suspended.id)).body;
  assert.deepEqual([first.outcome, first.cause], ["refused", "mailbox-suspended"]);
  assert.match(first.reply, /^450 4\.2\.1 /);
  const foreign = await mailbox({ allowedPeers: ["192.0.2.0/24"] });
  const second = (await send(foreign.id)).body;
  assert.deepEqual([second.outcome, second.cause], ["refused", "peer-not-allowed"]);
  assert.match(second.reply, /^550 5\.7\.1 /);
  assert.equal((await program.call("GET", `mailboxes/${foreign.id}`)).body.messages, 0);
  assert.equal((await send(`mbx-${"0".repeat(32)}`)).status, 404);
});

test("a listener with another certificate gets no test message, and one that says nothing ends it", async () => {
  const delivery = {
    address: "127.0.0.1",
    port: world.local.gateway.port("smtp"),
    hostName: "localhost",
    recipient: (await mailbox()).address,
    content: Buffer.from("Subject: a\r\n\r\nb\r\n"),
    clock: systemClock,
  };
  const result = await deliverToSelf({ ...delivery, fingerprint: "00".repeat(32) });
  assert.deepEqual(result, { kind: "failed", text: "the certificate of localhost is not the pinned one" });
  const rude = createServer((socket) => socket.end("220 rude ESMTP\r\n"));
  await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve));
  const place = rude.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  const silent = await deliverToSelf({ ...delivery, port, fingerprint: "00".repeat(32) });
  assert.equal(silent.kind, "failed");
  rude.close();
});
