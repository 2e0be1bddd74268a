// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";

let world: ApiWorld;
let program: ApiClient;

before(async () => {
  world = await ApiWorld.start();
  program = await world.program("mailboxes:read", "mailboxes:write", "status:read");
});

after(() => world.stop());

async function create(name: string) {
  const { body } = await program.call("POST", "mailboxes", { body: { name, requireTls: false } });
  return { id: String(body.id), address: String(body.address), password: String(body.password) };
}

async function deliver(address: string, subject = "a"): Promise<unknown> {
  const smtp = await world.local.smtp();
  return smtp.deliver({ from: "a@b.example", to: [address], content: Buffer.from(`Subject: ${subject}\r\n\r\nb\r\n`) });
}

test("a refusal tells who was refused for whom, with the reply, and is found by each of them", async () => {
  const { id, address } = await create("refused");
  await program.call("PUT", `mailboxes/${id}/state`, { body: { state: "suspended" } });
  await assert.rejects(deliver(address), /450/);
  await assert.rejects(deliver("somebody@elsewhere.example"), /550/);
  const { body } = await program.call("GET", "refusals");
  const [relay, suspended] = body.refusals;
  assert.deepEqual(
    [relay.cause, relay.recipient, relay.mailbox, relay.peer],
    ["relay-denied", "somebody@elsewhere.example", null, "127.0.0.1"],
  );
  assert.deepEqual([suspended.cause, suspended.recipient, suspended.mailbox], ["mailbox-suspended", address, id]);
  assert.match(suspended.reply, /^450 4\.2\.1 /);
  assert.ok(suspended.hello !== null && suspended.hello !== "");
  const found = async (query: string) => (await program.call("GET", `refusals?${query}`)).body.refusals.length;
  assert.equal(await found(`mailbox=${id}`), 1);
  assert.equal(await found("recipient=ELSEWHERE"), 1);
  assert.equal(await found("cause=relay-denied&peer=127.0"), 1);
  assert.equal(await found("peer=192.0.2"), 0);
  assert.equal(await found(`to=${encodeURIComponent(body.keptSince)}`), 0);
  const first = await program.call("GET", "refusals?limit=1");
  const second = await program.call("GET", `refusals?limit=1&before=${first.body.next}`);
  assert.deepEqual([second.body.refusals[0].id, second.body.next], [suspended.id, null]);
});

test("a session is seen while it lasts, and where its mail came from afterwards", async () => {
  const { id, address } = await create("seen");
  const content = Buffer.from("Subject: s\r\n\r\nb\r\n");
  const smtp = await world.local.smtp();
  await smtp.deliver({ from: "a@b.example", to: [address], content });
  const seen = async () =>
    (await program.call("GET", "sessions")).body.sessions.filter((each: { mailbox: string }) => each.mailbox === id);
  const [session] = await seen();
  assert.deepEqual([session.service, session.peer, session.messages, session.target], ["smtp", "127.0.0.1", 1, null]);
  assert.equal(session.bytes, content.length);
  smtp.peer.destroy();
  for (let look = 0; (await seen()).length > 0 && look < 200; look++) await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(await seen(), []);
  const { body } = await program.call("GET", `mailboxes/${id}/origins`);
  const [origin, ...more] = body.origins;
  assert.deepEqual([origin.source, origin.peer, origin.messages, more.length], ["journal", "127.0.0.1", 1, 0]);
  assert.equal(origin.bytes, content.length);
});

test("the ledger is read page by page, and its head is that of the whole", async () => {
  const { id, address } = await create("ledger");
  for (const subject of ["a", "b", "c"]) await deliver(address, subject);
  const all = await program.call("GET", `mailboxes/${id}/ledger`);
  const events = all.body.entries.map(({ position, event }: { position: number; event: string }) => [position, event]);
  assert.deepEqual(events, [
    [4, "accepted"],
    [3, "accepted"],
    [2, "accepted"],
    [1, "created"],
  ]);
  assert.equal(all.body.next, null);
  assert.equal(all.body.head.position, 4);
  assert.match(all.body.head.hash, /^[0-9a-f]{64}$/);
  assert.match(all.body.entries[0].uniqueId, /^[0-9a-z]{8}-[0-9a-f]{10}$/);
  const page = await program.call("GET", `mailboxes/${id}/ledger?limit=3`);
  assert.equal(page.body.next, 2);
  const rest = await program.call("GET", `mailboxes/${id}/ledger?limit=3&before=2`);
  assert.deepEqual([rest.body.entries.length, rest.body.next], [1, null]);
  const created = await program.call("GET", `mailboxes/${id}/ledger?event=created`);
  assert.deepEqual([created.body.entries[0].position, created.body.entries.length], [1, 1]);
  assert.equal((await program.call("GET", `mailboxes/mbx-${"0".repeat(32)}/ledger`)).status, 404);
});
