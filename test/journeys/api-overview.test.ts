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

async function create(name: string, more: object = {}) {
  const { body } = await program.call("POST", "mailboxes", { body: { name, requireTls: false, ...more } });
  return { id: String(body.id), address: String(body.address), password: String(body.password) };
}

async function deliver(address: string, subject: string): Promise<void> {
  const smtp = await world.local.smtp();
  await smtp.deliver({ from: "a@b.example", to: [address], content: Buffer.from(`Subject: ${subject}\r\n\r\nb\r\n`) });
}

test("what came, was pulled and was refused is told by the hour, for a mailbox and for all", async () => {
  const [one, other] = [await create("one"), await create("other")];
  for (const subject of ["a", "b", "c"]) await deliver(one.address, subject);
  await deliver(other.address, "d");
  const pop3 = await world.local.pop3(one);
  await pop3.retrieve(1);
  await pop3.command("DELE 1");
  await pop3.quit();
  await program.call("PUT", `mailboxes/${other.id}/state`, { body: { state: "suspended" } });
  await assert.rejects(deliver(other.address, "e"), /450/);

  const from = new Date(Date.now() - 3_600_000).toISOString();
  const sums = async (more: string) => {
    const { body } = await program.call("GET", `activity?from=${from}&step=hour${more}`);
    const sum = (name: string) =>
      body.points.reduce((all: number, point: Record<string, number>) => all + (point[name] ?? 0), 0);
    return { received: sum("received"), pulled: sum("pulled"), removed: sum("removed"), refused: sum("refused") };
  };
  // What nobody waits for rides along with the next commit.
  for (let look = 0; (await sums("")).refused === 0 && look < 100; look++)
    await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(await sums(`&mailbox=${one.id}`), { received: 3, pulled: 1, removed: 1, refused: 0 });
  assert.deepEqual(await sums(`&mailbox=${other.id}`), { received: 1, pulled: 0, removed: 0, refused: 1 });
  assert.deepEqual(await sums(""), { received: 4, pulled: 1, removed: 1, refused: 1 });
  const { body: overview } = await program.call("GET", "overview");
  assert.deepEqual(overview.lastDay.received, 4);
  assert.equal(overview.messages, 3);
  assert.deepEqual(overview.mailboxes, { active: 1, suspended: 1, quiet: 0, notPulled: 0 });
  assert.ok(overview.disk.totalBytes >= overview.disk.freeBytes && overview.disk.freeBytes > 0);
  assert.deepEqual([overview.store, overview.certificate.selfSigned, overview.attention], ["ready", true, []]);
  const { body: listed } = await program.call("GET", `mailboxes/${one.id}`);
  assert.deepEqual([listed.sources, listed.purpose], [["journal"], "other"]);
});

test("points have no gaps, days are summed, and a span that is too long is refused", async () => {
  const { body } = await program.call("GET", "activity?from=2026-01-01T00:30:00Z&to=2026-01-02T01:00:00Z&step=hour");
  assert.equal(body.points.length, 25);
  assert.equal(body.points[0].at, "2026-01-01T00:00:00.000Z");
  const days = await program.call("GET", "activity?from=2026-01-01T00:30:00Z&to=2026-01-31T00:00:00Z&step=day");
  assert.equal(days.body.points.length, 30);
  for (const query of ["from=2020-01-01T00:00:00Z", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from=soon"])
    assert.equal((await program.call("GET", `activity?${query}`)).status, 400, query);
});

test("the list is sorted as asked, page by page, and a cursor belongs to its order", async () => {
  for (const name of ["Zeta", "alpha", "Mitte"]) await create(name);
  const names = async (query: string) => {
    const found: string[] = [];
    for (let after = ""; ; ) {
      const { body } = await program.call("GET", `mailboxes?limit=2&${query}${after}`);
      found.push(...body.mailboxes.map(({ name }: { readonly name: string }) => name));
      if (body.next === null) return found;
      after = `&after=${body.next}`;
    }
  };
  assert.deepEqual(await names("sort=name"), ["alpha", "Mitte", "one", "other", "Zeta"]);
  assert.deepEqual(await names("sort=name&order=desc"), ["Zeta", "other", "one", "Mitte", "alpha"]);
  assert.deepEqual((await names("sort=messages&order=desc")).slice(0, 2), ["one", "other"]);
  const { body } = await program.call("GET", "mailboxes?limit=2&sort=name");
  assert.equal((await program.call("GET", `mailboxes?sort=messages&after=${body.next}`)).status, 400);
});

test("purpose and targets are kept, checked and part of what If-Match guards", async () => {
  const { id } = await create("Proxy", { purpose: "proxy", allowedTargets: ["*.Example.com"] });
  const seen = await program.call("GET", `mailboxes/${id}`);
  assert.deepEqual([seen.body.purpose, seen.body.allowedTargets], ["proxy", ["*.example.com"]]);
  const headers = { "if-match": String(seen.headers.etag) };
  const edited = await program.call("PATCH", `mailboxes/${id}`, {
    headers,
    body: { allowedTargets: ["mail.lan:995"] },
  });
  assert.deepEqual([edited.status, edited.body.allowedTargets], [200, ["mail.lan:995"]]);
  assert.equal(edited.body.mostWaitingBytes, null);
  const stale = await program.call("PATCH", `mailboxes/${id}`, { headers, body: { purpose: "other" } });
  assert.equal(stale.status, 412);
  const wrong = await program.call("POST", "mailboxes", { body: { name: "x", allowedTargets: ["not a host"] } });
  assert.deepEqual([wrong.status, wrong.body.code], [400, "admin/bad-request"]);
});

test("how much may wait in a mailbox is kept, checked and taken away again", async () => {
  const gibibyte = 1024 ** 3;
  const { id } = await create("Bounded", { mostWaitingBytes: 10 * gibibyte });
  const seen = await program.call("GET", `mailboxes/${id}`);
  assert.equal(seen.body.mostWaitingBytes, 10 * gibibyte);
  const headers = { "if-match": String(seen.headers.etag) };
  const change = (mostWaitingBytes: unknown, more = {}) =>
    program.call("PATCH", `mailboxes/${id}`, { body: { mostWaitingBytes }, ...more });
  assert.equal((await change(5 * gibibyte, { headers })).body.mostWaitingBytes, 5 * gibibyte);
  assert.equal((await change(gibibyte, { headers })).status, 412);
  for (const wrong of [0, 1024, 1.5 * gibibyte + 0.5, "1 GiB"])
    assert.equal((await change(wrong, { headers: { "if-match": "*" } })).status, 400, String(wrong));
  assert.equal((await change(null, { headers: { "if-match": "*" } })).body.mostWaitingBytes, null);
});
