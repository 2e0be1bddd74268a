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

test("a mailbox from its creation to its end: mail comes in, is pulled with the new password, nothing is left", async () => {
  const created = await program.call("POST", "mailboxes", { body: { name: "Journal", requireTls: false } });
  assert.equal(created.status, 201);
  const { id, address, password } = created.body;
  assert.equal(created.headers.location, `/api/v1/mailboxes/${id}`);
  const deliver = async () => {
    const smtp = await world.local.smtp();
    return smtp.deliver({ from: "a@b.example", to: [address], content: Buffer.from("Subject: a\r\n\r\nb\r\n") });
  };
  assert.equal((await deliver()).code, 250);
  assert.equal((await program.call("GET", `mailboxes/${id}`)).body.messages, 1);

  const renewed = await program.call("POST", `mailboxes/${id}/password`, { body: { oldPassword: password } });
  assert.equal(renewed.status, 200);
  const stale = await program.call("POST", `mailboxes/${id}/password`, { body: { oldPassword: password } });
  assert.deepEqual([stale.status, stale.body.code], [422, "seal/wrong-passphrase"]);
  await assert.rejects(world.local.pop3({ id, address, password }));
  const pop3 = await world.local.pop3({ id, address, password: renewed.body.password });
  assert.equal((await pop3.listing("LIST")).length, 1);
  pop3.peer.destroy();

  const suspended = await program.call("PUT", `mailboxes/${id}/state`, { body: { state: "suspended" } });
  assert.equal(suspended.body.state, "suspended");
  await assert.rejects(deliver(), /450/);
  const kept = await program.call("POST", `mailboxes/${id}/password/reset`, { body: {} });
  assert.deepEqual([kept.status, kept.body.code], [409, "mailbox/not-empty"]);
  const reset = await program.call("POST", `mailboxes/${id}/password/reset`, { body: { discardMail: true } });
  assert.equal(reset.body.removedMessages, 1);
  assert.equal((await program.call("DELETE", `mailboxes/${id}`)).status, 200);
  assert.equal((await program.call("GET", `mailboxes/${id}`)).status, 404);
});

test("a creation that is asked for again makes no second mailbox, and its password is told once", async () => {
  const body = { name: "Once", allowedPeers: ["192.0.2.0/24"] };
  const headers = { "idempotency-key": "order-4711" };
  const both = await Promise.all([
    program.call("POST", "mailboxes", { headers, body }),
    program.call("POST", "mailboxes", { headers, body }),
  ]);
  const [first, second] = both.toSorted((a, b) => b.status - a.status);
  assert.deepEqual([first?.status, second?.status], [201, 200]);
  assert.equal(second?.body.id, first?.body.id);
  assert.match(first?.body.password, /^[0-9a-z-]{34}$/);
  assert.equal(second?.body.password, null);
  const other = await program.call("POST", "mailboxes", { headers, body: { ...body, name: "Twice" } });
  assert.deepEqual([other.status, other.body.code], [422, "mailbox/request-reused"]);
  // Somebody else may use the same key.
  const stranger = await world.program("mailboxes:write");
  const root = await world.root();
  assert.equal((await root.call("POST", "mailboxes", { headers, body })).status, 201);
  assert.equal((await stranger.call("POST", "mailboxes", { headers: { "idempotency-key": "" }, body })).status, 400);
});

test("a change names what it changes: nobody's change is undone unseen", async () => {
  const { id } = (await program.call("POST", "mailboxes", { body: { name: "Shared" } })).body;
  const path = `mailboxes/${id}`;
  const seen = (await program.call("GET", path)).headers.etag ?? "";
  const edit = (name: string, headers: Record<string, string>) =>
    program.call("PATCH", path, { headers, body: { name } });
  assert.equal((await edit("a", {})).status, 428);
  const [one, two] = await Promise.all([edit("one", { "if-match": seen }), edit("two", { "if-match": seen })]);
  const [done, late] = one.status === 200 ? [one, two] : [two, one];
  assert.deepEqual([done.status, late.status, late.body.code], [200, 412, "mailbox/changed-meanwhile"]);
  assert.notEqual(done.headers.etag, seen);
  assert.equal((await program.call("GET", path)).body.name, done.body.name);
  assert.equal((await edit("weak", { "if-match": `W/${done.headers.etag}` })).status, 412);
  assert.equal((await edit("star", { "if-match": "*" })).body.name, "star");
  const bad = await program.call("PATCH", path, { headers: { "if-match": "*" }, body: { allowedPeers: ["nowhere"] } });
  assert.deepEqual([bad.status, bad.body.code], [422, "mailbox/bad-request"]);
});

test("pages show every mailbox once, whatever is made and removed between them, and search finds", async () => {
  const make = async (name: string): Promise<string> =>
    (await program.call("POST", "mailboxes", { body: { name, description: "Pages" } })).body.id;
  const ids: string[] = [];
  for (const name of ["Page A", "Page B", "Page C", "Page D", "Page E"]) ids.push(await make(name));
  const first = (await program.call("GET", "mailboxes?search=pages&limit=2")).body;
  assert.deepEqual(
    first.mailboxes.map(({ name }: { name: string }) => name),
    ["Page A", "Page B"],
  );
  // The last one shown goes away, and another comes.
  await program.call("PUT", `mailboxes/${ids[1]}/state`, { body: { state: "suspended" } });
  await program.call("DELETE", `mailboxes/${ids[1]}`);
  await make("Page F");
  const rest: string[] = [];
  for (let next = first.next; next !== null; ) {
    const page = (await program.call("GET", `mailboxes?search=PAGES&limit=2&after=${next}`)).body;
    rest.push(...page.mailboxes.map(({ name }: { name: string }) => name));
    next = page.next;
  }
  assert.deepEqual(rest, ["Page C", "Page D", "Page E", "Page F"]);
  const byAddress = (await program.call("GET", `mailboxes?search=${ids[2]}@journal.test`)).body.mailboxes;
  assert.equal(byAddress.length, 1);
  for (const query of ["limit=0", "limit=201", "limit=x", "after=x", "state=gone", "other=1"]) {
    assert.equal((await program.call("GET", `mailboxes?${query}`)).status, 400, query);
  }
});

test("every change stands in the audit trail with its caller and address, and no secret", async () => {
  const root = await world.root();
  const created = await root.call("POST", "mailboxes", { body: { name: "Audited" } });
  const { id, password } = created.body;
  await root.call("PATCH", `mailboxes/${id}`, { headers: { "if-match": "*" }, body: { name: "Audited 2" } });
  const { entries } = (await root.call("GET", "audit?limit=3")).body;
  assert.deepEqual(
    entries
      .slice(0, 2)
      .map(({ actor, origin, action, subject }: Record<string, unknown>) => [actor, origin, action, subject]),
    [
      ["console:root", "127.0.0.1", "mailbox.changed", id],
      ["console:root", "127.0.0.1", "mailbox.created", id],
    ],
  );
  assert.deepEqual([entries[0].before.name, entries[0].after.name], ["Audited", "Audited 2"]);
  const all: unknown[] = [];
  for (let next = 1_000_000; next !== null; ) {
    const page = (await root.call("GET", `audit?before=${next}&limit=5`)).body;
    all.push(...page.entries);
    next = page.next;
  }
  assert.equal(new Set(all.map((entry) => JSON.stringify(entry))).size, all.length);
  assert.ok(all.length > 8);
  assert.ok(!JSON.stringify(all).includes(password));
  assert.match(JSON.stringify(all), /"actor":"token:root\/program"/);
});
