// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { scopeNames } from "../../src/admin/accounts/roles.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld, goodPassword } from "../support/api-world.ts";

interface Described {
  readonly method: string;
  readonly path: string;
  readonly access: string;
}

let world: ApiWorld;
let routes: readonly Described[];

before(async () => {
  world = await ApiWorld.start({ "limits.password_failures_per_address": 1000 });
  const { paths } = (await world.client().call("GET", "openapi.json")).body;
  const described: [string, Record<string, Record<string, string>>][] = Object.entries(paths);
  routes = described.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, facts]) => ({
      method: method.toUpperCase(),
      // Whatever is asked for: access is decided before it is looked for.
      path: path.slice(1).replaceAll(/\{\w+\}/g, "x"),
      access: facts["x-access"] ?? "",
    })),
  );
});

after(() => world.stop());

/** The status alone: one of the routes is a stream without end. */
async function statusOf(client: ApiClient, { method, path }: Described): Promise<number> {
  const answer = await client.open(method, path, method === "GET" ? {} : { body: { nonsense: true } });
  answer.destroy();
  return answer.statusCode ?? 0;
}

test("the table has every kind of access, and what is public is known by name", () => {
  const open = routes.filter(({ access }) => access === "public").map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(
    open.toSorted((a, b) => a.localeCompare(b)),
    ["GET openapi.json", "POST set-up", "POST sign-in", "POST sign-in/second-factor"],
  );
  const known = new Set<string>(["public", "caller", "person", ...scopeNames]);
  for (const { method, path, access } of routes) assert.ok(known.has(access), `${method} ${path}`);
  for (const scope of scopeNames)
    assert.ok(
      routes.some(({ access }) => access === scope),
      scope,
    );
  assert.ok(routes.length >= 30);
});

test("no route but the public ones answers a stranger, or a token or cookie that is worth nothing", async () => {
  const clients = [
    world.client(),
    world.client({ authorization: `Bearer postern_${"A".repeat(43)}` }),
    world.client({ authorization: "Basic cm9vdDpyb290" }),
    world.client({ cookie: `__Host-postern=${"A".repeat(43)}`, "postern-csrf": "A" }),
  ];
  for (const described of routes.filter(({ access }) => access !== "public")) {
    const statuses = await Promise.all(clients.map((client) => statusOf(client, described)));
    assert.deepEqual(statuses, [401, 401, 401, 401], `${described.method} ${described.path}`);
  }
});

test("a token with every scope but the one that is needed is refused everywhere; with that one alone it is not", async () => {
  for (const scope of scopeNames) {
    const without = await world.program(...scopeNames.filter((each) => each !== scope));
    const withOnly = await world.program(scope);
    for (const described of routes.filter(({ access }) => access === scope)) {
      const where = `${described.method} ${described.path}`;
      assert.equal(await statusOf(without, described), 403, where);
      assert.ok(![401, 403].includes(await statusOf(withOnly, described)), where);
    }
  }
  const all = await world.program(...scopeNames);
  for (const described of routes.filter(({ access }) => access === "person")) {
    assert.equal(await statusOf(all, described), 403, `${described.method} ${described.path}`);
  }
});

test("an auditor reads all and changes nothing; an operator cares for mailboxes alone", async () => {
  const auditor = await world.person("audrey", "auditor");
  const operator = await world.person("oscar", "operator");
  for (const described of routes.filter(({ access }) => access.includes(":"))) {
    const { access, method } = described;
    assert.equal((await statusOf(auditor, described)) === 403, method !== "GET", `${method} ${described.path}`);
    const mayOperator = ["status:read", "events:read", "mailboxes:read", "mailboxes:write"].includes(access);
    assert.equal((await statusOf(operator, described)) === 403, !mayOperator, `${method} ${described.path}`);
  }
});

test("a token does what its owner still may, and nothing after it was revoked or its owner is gone", async () => {
  const root = await world.root();
  const owner = await world.person("olga", "administrator");
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const wanted = { name: "t", scopes: ["audit:read", "mailboxes:read"], expiresAt };
  const { token, id } = (await owner.call("POST", "account/tokens", { body: wanted })).body;
  const program = world.client({ authorization: `bearer ${token}` });
  assert.equal((await program.call("GET", "audit")).status, 200);
  assert.ok(!JSON.stringify((await root.call("GET", "tokens")).body).includes(token));
  await root.call("PUT", "administrators/olga/role", { body: { role: "operator" } });
  assert.equal((await program.call("GET", "audit")).status, 403);
  assert.equal((await program.call("GET", "mailboxes")).status, 200);
  assert.deepEqual((await program.call("GET", "sign-in")).body.scopes, ["mailboxes:read"]);
  // Nobody revokes the token of somebody else by the door for one's own.
  assert.equal((await root.call("DELETE", `account/tokens/${id}`)).status, 404);
  const other = (await owner.call("POST", "account/tokens", { body: { ...wanted, scopes: ["mailboxes:read"] } })).body;
  const second = world.client({ authorization: `Bearer ${other.token}` });
  assert.equal((await root.call("DELETE", `tokens/${id}`)).status, 200);
  assert.equal((await program.call("GET", "mailboxes")).status, 401);
  assert.equal((await second.call("GET", "mailboxes")).status, 200);
  await root.call("DELETE", "administrators/olga");
  assert.equal((await second.call("GET", "mailboxes")).status, 401);
  assert.equal((await owner.call("GET", "mailboxes")).status, 401);
});

test("no route returns mail: neither content nor envelope of a message that waits", async () => {
  const root = await world.root();
  const { id, address } = (await root.call("POST", "mailboxes", { body: { name: "Sealed", requireTls: false } })).body;
  const marks = ["needle-in-the-subject", "needle-in-the-body", "needle.sender"];
  const content = Buffer.from(`Subject: ${marks[0]}\r\n\r\n${marks[1]}\r\n`);
  const smtp = await world.local.smtp();
  await smtp.deliver({ from: `${marks[2]}@example.com`, to: [address], content });
  for (const { path } of routes.filter(({ method, path }) => method === "GET" && path !== "events")) {
    const { body } = await root.call("GET", path.replace(/x$/, id));
    for (const mark of marks) assert.ok(!JSON.stringify(body).includes(mark), path);
  }
  const stream = await root.open("GET", "events", { headers: { "last-event-id": "0" } });
  let told = "";
  for await (const chunk of stream) {
    told += String(chunk);
    if (told.includes("smtp/kept")) break;
  }
  for (const mark of marks) assert.ok(!told.includes(mark));
  // Nor what opens it.
  assert.ok(!JSON.stringify((await root.call("GET", `mailboxes/${id}`)).body).includes("AGE-SECRET-KEY"));
});

test("the password of an administrator is reset by another, and the sign-ins of before end", async () => {
  const root = await world.root();
  const person = await world.person("pia", "auditor");
  const password = `${goodPassword} und tags`;
  assert.equal((await root.call("PUT", "administrators/pia/password", { body: { password } })).status, 200);
  assert.equal((await person.call("GET", "status")).status, 401);
  assert.equal((await world.client().signIn("pia", password)).status, 200);
  assert.equal((await root.call("DELETE", "administrators/root")).body.code, "admin/last-administrator");
});
