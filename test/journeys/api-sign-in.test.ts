// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ApiWorld, goodPassword } from "../support/api-world.ts";

let world: ApiWorld;

before(async () => {
  // Few failures, so that the throttle is met within the test; addresses of loopback are counted one by one.
  world = await ApiWorld.start({ "limits.password_failures_per_address": 4 });
});

after(() => world.stop());

test("the first administrator is made once, with the token of this start and no other", async () => {
  const { gateway } = world.local;
  const stranger = world.client();
  const body = { token: gateway.setUpToken, name: "root", password: goodPassword };
  const wrong = await stranger.call("POST", "set-up", { body: { ...body, token: "AAAA" } });
  assert.deepEqual([wrong.status, wrong.body.code], [401, "api/denied"]);
  const weak = await stranger.call("POST", "set-up", { body: { ...body, password: "short" } });
  assert.deepEqual([weak.status, weak.body.code], [422, "admin/weak-password"]);
  // Two at once: one makes it.
  const both = await Promise.all([
    stranger.call("POST", "set-up", { body }),
    stranger.call("POST", "set-up", { body: { ...body, name: "eve" } }),
  ]);
  assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 409]));
  assert.equal(gateway.setUpToken, undefined);
  const late = await stranger.call("POST", "set-up", { body: { ...body, name: "eve" } });
  assert.deepEqual([late.status, late.body.code], [409, "api/set-up-done"]);
  assert.equal(JSON.stringify(world.local.events).includes(String(body.token)), false);
});

test("a sign-in is a cookie that no script and no other site gets, and ends where it was ended", async () => {
  const client = world.client();
  const name = administrator();
  const answer = await client.signIn(name, goodPassword);
  assert.equal(answer.status, 200);
  assert.deepEqual([answer.body.name, answer.body.role], [name, "administrator"]);
  const cookie = answer.headers["set-cookie"]?.[0] ?? "";
  assert.match(cookie, /^__Host-postern=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  assert.equal((await client.call("GET", "status")).status, 200);

  const other = world.client();
  await other.signIn(name.toUpperCase(), goodPassword);
  const { signIns } = (await client.call("GET", "account/sign-ins")).body;
  const { id } = signIns.findLast((each: { current: boolean }) => !each.current);
  assert.equal((await client.call("DELETE", `account/sign-ins/${id}`)).status, 200);
  assert.equal((await other.call("GET", "status")).status, 401);
  assert.equal((await client.call("GET", "status")).status, 200);

  assert.match((await client.call("DELETE", "sign-in")).headers["set-cookie"]?.[0] ?? "", /Max-Age=0$/);
  // The cookie was stolen before: it opens nothing after.
  assert.equal((await client.call("GET", "status")).status, 401);
});

test("signing out everywhere, and a new password, end every sign-in", async () => {
  const name = administrator();
  const [one, two, three] = [world.client(), world.client(), world.client()];
  for (const each of [one, two]) await each.signIn(name, goodPassword);
  const { length } = (await one.call("GET", "account/sign-ins")).body.signIns;
  assert.ok(length >= 2);
  assert.equal((await one.call("DELETE", "account/sign-ins")).body.ended, length);
  assert.equal((await two.call("GET", "status")).status, 401);

  await three.signIn(name, goodPassword);
  const newPassword = `${goodPassword} und tags`;
  const wrong = await three.call("PUT", "account/password", { body: { oldPassword: "x", newPassword } });
  assert.deepEqual([wrong.status, wrong.body.code], [422, "api/wrong-password"]);
  const changed = await three.call("PUT", "account/password", { body: { oldPassword: goodPassword, newPassword } });
  assert.equal(changed.status, 200);
  assert.equal((await three.call("GET", "status")).status, 401);
  // Back, for the other tests.
  await world.local.gateway.accounts.setPassword({ actor: "cli:test", origin: "test" }, name, goodPassword);
});

test("a change with the cookie alone is refused, and so is one that another site has sent", async () => {
  const client = world.client();
  await client.signIn(administrator(), goodPassword);
  const { cookie = "" } = client.headers;
  const thief = world.client({ cookie });
  assert.equal((await thief.call("GET", "status")).status, 200);
  for (const headers of [{}, { "postern-csrf": "" }, { "postern-csrf": "A".repeat(43) }]) {
    const answer = await thief.call("DELETE", "sign-in", { headers });
    assert.deepEqual([answer.status, answer.body.code], [403, "api/cross-site"]);
  }
  const elsewhere = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of elsewhere) {
    const answer = await client.call("DELETE", "sign-in", { headers });
    assert.deepEqual([answer.status, answer.body.code], [403, "api/cross-site"], JSON.stringify(headers));
    // Nor may another site sign a browser in as somebody else.
    const body = { name: "root", password: goodPassword };
    assert.equal((await world.client().call("POST", "sign-in", { headers, body })).status, 403);
  }
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const plain = { "content-type": "text/plain" };
  for (const headers of [form, plain]) {
    const answer = await world.client().call("POST", "sign-in", { headers, body: '{"name":"a","password":"b"}' });
    assert.deepEqual([answer.status, answer.body.code], [415, "api/wrong-type"]);
  }
  const own = { origin: `https://127.0.0.1:${world.local.gateway.port("console")}`, "sec-fetch-site": "same-origin" };
  assert.equal((await client.call("DELETE", "sign-in", { headers: own })).status, 200);
});

test("every answer has the strict headers, errors too", async () => {
  const stranger = world.client();
  for (const path of ["status", "nowhere", "/api", "sign-in", `status?${"a".repeat(20)}`]) {
    const { headers } = await stranger.call("GET", path);
    assert.equal(headers["cache-control"], "no-store");
    assert.match(String(headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
    assert.match(headers["strict-transport-security"] ?? "", /^max-age=\d{7,}/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-powered-by"], undefined);
    assert.equal(headers.server, undefined);
  }
});

test("errors are problem details with a stable code, and repeat nothing of what was sent", async () => {
  const stranger = world.client();
  const cases = [
    { answer: await stranger.call("GET", "status"), status: 401, code: "api/not-signed-in" },
    { answer: await stranger.call("GET", "nowhere"), status: 404, code: "api/not-found" },
    { answer: await stranger.call("PATCH", "sign-in"), status: 405, code: "api/wrong-method" },
    {
      answer: await stranger.call("POST", "sign-in", { body: '{"name":"hush"' }),
      status: 400,
      code: "admin/bad-request",
    },
    {
      answer: await stranger.call("POST", "sign-in", { body: { password: ["hush"] } }),
      status: 400,
      code: "admin/bad-request",
    },
    {
      answer: await stranger.call("POST", "sign-in", { body: { name: "a", password: "b", hush: 1 } }),
      status: 400,
      code: "admin/bad-request",
    },
    {
      answer: await stranger.call("POST", "sign-in", { body: "x".repeat(64 * 1024 + 1) }),
      status: 413,
      code: "api/too-large",
    },
    { answer: await stranger.call("GET", `/api/v1/${"../".repeat(9)}etc/passwd`), status: 404, code: "api/not-found" },
  ];
  for (const { answer, status, code } of cases) {
    assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json/);
    assert.deepEqual([answer.status, answer.body.status, answer.body.code], [status, status, code]);
    assert.equal(answer.body.type, `urn:postern:error:${code.replace("/", ":")}`);
    assert.ok(!JSON.stringify(answer.body).includes('hush"'), JSON.stringify(answer.body));
  }
  assert.equal(cases[2]?.answer.headers.allow, "POST, GET, DELETE");
  assert.equal(cases[0]?.answer.headers["www-authenticate"], "Bearer");
});

test("who guesses waits, whether the name exists or not, and hears the same of both", async () => {
  const known = administrator();
  const stranger = world.client();
  const guess = (name: string) => stranger.call("POST", "sign-in", { body: { name, password: "wrong" } });
  const [first, second] = [await guess(known), await guess("nobody")];
  assert.equal(first.status, 401);
  assert.deepEqual(first.body, second.body);
  let last = await guess("nobody");
  // Earlier tests of this file have used some of the failures.
  for (let tries = 0; tries < 4 && last.status === 401; tries++) last = await guess(known);
  assert.deepEqual([last.status, last.body.code], [429, "api/too-many"]);
  assert.deepEqual((await guess("nobody")).body, last.body);
  // The right password is not even looked at.
  assert.equal((await world.client().signIn(known, goodPassword)).status, 429);
  assert.ok(world.local.count("admin/denied") > 0);
  assert.ok(!JSON.stringify(world.local.events).includes("nobody"));
});

test("a password of an administrator stands nowhere on the disk", async () => {
  const file = await readFile(join(world.directory, "data", "accounts.sqlite"));
  assert.ok(!file.includes(goodPassword));
});

/** Of the two that tried, the one that was first. */
function administrator(): string {
  return world.local.gateway.accounts.list()[0]?.name ?? "";
}
