// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ApiAnswer, ApiClient } from "../support/api-client.ts";
import { ApiWorld, goodPassword } from "../support/api-world.ts";
import { authenticatorCode } from "../support/authenticator.ts";
import { SoftwarePasskey } from "../support/software-passkey.ts";

let world: ApiWorld;
const password = goodPassword;

before(async () => {
  world = await ApiWorld.start({ "limits.password_failures_per_address": 1000 });
});

after(() => world.stop());

interface WithTotp {
  readonly client: ApiClient;
  readonly secret: string;
  readonly codes: readonly string[];
}

async function withTotp(name: string): Promise<WithTotp> {
  const client = await world.person(name, "operator");
  const begun = await client.call("POST", "account/second-factors/totp", { body: { password } });
  assert.equal(begun.status, 200);
  const { ticket, secret, uri } = begun.body;
  assert.equal(new URL(uri).searchParams.get("secret"), secret);
  const confirm = { ticket, code: authenticatorCode(secret), name: "phone" };
  const added = await client.call("POST", "account/second-factors/totp/confirm", { body: confirm });
  assert.equal(added.status, 201);
  assert.equal(added.body.recoveryCodes.length, 10);
  return { client, secret, codes: added.body.recoveryCodes };
}

/** The first half of a sign-in. */
async function ticketOf(name: string, client = world.client(), headers = {}): Promise<ApiAnswer["body"]> {
  const answer = await client.call("POST", "sign-in", { body: { name, password }, headers });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["set-cookie"], undefined);
  assert.equal(answer.body.csrfToken, undefined);
  return answer.body;
}

const prove = (body: object, headers = {}) => world.client().call("POST", "sign-in/second-factor", { body, headers });

test("with an app the password alone opens nothing; a code does, once, and a restart of the sign-in does not renew it", async () => {
  const { secret } = await withTotp("tom");
  const { ticket, secondFactors, passkeyOptions } = await ticketOf("tom");
  assert.deepEqual([secondFactors, passkeyOptions], [["totp", "recovery-code"], undefined]);
  // The code that confirmed the app was used by that.
  const replayed = await prove({ ticket, totp: authenticatorCode(secret, -1) });
  assert.deepEqual([replayed.status, replayed.body.code], [401, "api/denied"]);
  const code = authenticatorCode(secret, 1);
  const entered = await prove({ ticket, totp: code });
  assert.equal(entered.status, 200);
  const client = world.client();
  client.remember(entered);
  assert.equal((await client.call("GET", "mailboxes")).status, 200);
  // Neither ticket nor code a second time.
  assert.equal((await prove({ ticket, totp: code })).body.code, "api/ticket-ended");
  const { ticket: second } = await ticketOf("tom");
  assert.equal((await prove({ ticket: second, totp: code })).body.code, "api/denied");
});

test("of two requests with one ticket and code at once, one signs in", async () => {
  const { secret } = await withTotp("twice");
  const code = authenticatorCode(secret, 1);
  const { ticket } = await ticketOf("twice");
  const { ticket: other } = await ticketOf("twice");
  const answers = await Promise.all([ticket, ticket, other].map((each) => prove({ ticket: each, totp: code })));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});

test("a ticket is tried five times, then the password is asked again; new passwords end it", async () => {
  await withTotp("tess");
  const { ticket } = await ticketOf("tess");
  for (let tries = 0; tries < 5; tries++) {
    assert.equal((await prove({ ticket, recoveryCode: "aaaa-aaaa-aaaa-aaaa" })).body.code, "api/denied");
  }
  assert.equal((await prove({ ticket, recoveryCode: "aaaa-aaaa-aaaa-aaaa" })).body.code, "api/ticket-ended");
  const { ticket: fresh } = await ticketOf("tess");
  await world.local.gateway.accounts.setPassword({ actor: "cli:test", origin: "test" }, "tess", `${password} 2`);
  assert.equal((await prove({ ticket: fresh, recoveryCode: "x" })).body.code, "api/ticket-ended");
});

test("ten wrong codes of an account end the guessing from everywhere; a recovery code still opens", async () => {
  const { secret, codes } = await withTotp("gus");
  for (let guesses = 0; guesses < 10; guesses += 5) {
    const { ticket } = await ticketOf("gus");
    for (let tries = 0; tries < 5; tries++) assert.equal((await prove({ ticket, totp: "000000x" })).status, 401);
  }
  const { ticket } = await ticketOf("gus");
  const right = await prove({ ticket, totp: authenticatorCode(secret, 1) });
  assert.deepEqual([right.status, right.body.code], [429, "api/too-many"]);
  assert.equal((await prove({ ticket, recoveryCode: codes[0] })).status, 200);
});

test("a recovery code works once, as people type it; new ones end the old ones", async () => {
  const { client, codes } = await withTotp("rita");
  const typed = String(codes[3]).toUpperCase().replaceAll("-", " ");
  const { ticket } = await ticketOf("rita");
  assert.equal((await prove({ ticket, recoveryCode: typed })).status, 200);
  const { ticket: second } = await ticketOf("rita");
  assert.equal((await prove({ ticket: second, recoveryCode: codes[3] })).body.code, "api/denied");
  assert.equal((await client.call("GET", "account/second-factors")).body.recoveryCodesLeft, 9);
  const renewed = await client.call("POST", "account/second-factors/recovery-codes", { body: { password } });
  assert.equal(renewed.body.recoveryCodes.length, 10);
  assert.equal((await prove({ ticket: second, recoveryCode: codes[4] })).body.code, "api/denied");
  assert.equal((await prove({ ticket: second, recoveryCode: renewed.body.recoveryCodes[0] })).status, 200);
});

test("whatever changes factors wants the password again, and the sign-in in which it began", async () => {
  const { client, secret } = await withTotp("wanda");
  const [{ id }] = (await client.call("GET", "account/second-factors")).body.factors;
  const wants = ["totp", "recovery-codes", `${id}/remove`];
  for (const path of wants) {
    const answer = await client.call("POST", `account/second-factors/${path}`, { body: { password: "wrong" } });
    assert.deepEqual([answer.status, answer.body.code], [422, "api/wrong-password"], path);
  }
  const begun = (await client.call("POST", "account/second-factors/totp", { body: { password } })).body;
  const { ticket } = await ticketOf("wanda");
  const other = world.client();
  other.remember(await prove({ ticket, totp: authenticatorCode(secret, 1) }));
  const confirm = { ticket: begun.ticket, code: authenticatorCode(begun.secret), name: "stolen" };
  const stolen = await other.call("POST", "account/second-factors/totp/confirm", { body: confirm });
  assert.equal(stolen.body.code, "api/ticket-ended");
  const strange = await world.person("walt", "operator");
  const answer = await strange.call("POST", `account/second-factors/${id}/remove`, { body: { password } });
  assert.deepEqual([answer.status, answer.body.code], [404, "admin/unknown"]);
});

test("the first factor ends the sign-ins that were opened without; the last one takes the recovery codes along", async () => {
  const before = await world.person("lena", "operator");
  assert.equal((await before.call("GET", "mailboxes")).status, 200);
  const { client } = await withTotp("lena");
  assert.equal((await before.call("GET", "mailboxes")).status, 401);
  assert.equal((await client.call("GET", "mailboxes")).status, 200);
  const [{ id }] = (await client.call("GET", "account/second-factors")).body.factors;
  assert.equal((await client.call("POST", `account/second-factors/${id}/remove`, { body: { password } })).status, 200);
  const left = (await client.call("GET", "account/second-factors")).body;
  assert.deepEqual([left.factors, left.recoveryCodesLeft], [[], null]);
  assert.equal((await world.client().signIn("lena", password)).body.role, "operator");
});

test("a wrong code confirms nothing; a token needs no second factor; a name tells nothing", async () => {
  const client = await world.person("carl", "administrator");
  const begun = (await client.call("POST", "account/second-factors/totp", { body: { password } })).body;
  const confirm = { ticket: begun.ticket, code: "000000x", name: "phone" };
  const wrong = await client.call("POST", "account/second-factors/totp/confirm", { body: confirm });
  assert.deepEqual([wrong.status, wrong.body.code], [422, "api/wrong-code"]);
  assert.equal((await world.client().signIn("carl", password)).body.name, "carl");
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const { token } = (
    await client.call("POST", "account/tokens", { body: { name: "t", scopes: ["mailboxes:read"], expiresAt } })
  ).body;
  const right = { ...confirm, code: authenticatorCode(begun.secret) };
  assert.equal((await client.call("POST", "account/second-factors/totp/confirm", { body: right })).status, 201);
  assert.equal((await world.client({ authorization: `Bearer ${token}` }).call("GET", "mailboxes")).status, 200);
  const guess = (name: string) =>
    world.client().call("POST", "sign-in", { body: { name, password: "wrong password of somebody" } });
  assert.deepEqual((await guess("carl")).body, (await guess("nobody")).body);
});

test("a passkey is made and used at the name that the gateway knows, and is worth nothing elsewhere", async () => {
  const port = world.local.gateway.port("console");
  const origin = `https://localhost:${port}`;
  const headers = { host: `localhost:${port}` };
  const client = await world.person("pia", "operator");
  const begin = (host: object) =>
    client.call("POST", "account/second-factors/passkeys", { body: { password }, headers: { ...host } });
  for (const host of ["127.0.0.1", "evil.example", "localhost.evil.example", "localhost@evil.example"]) {
    assert.equal((await begin({ host: `${host}:${port}` })).body.code, "api/no-passkeys-here", host);
  }
  const key = new SoftwarePasskey("localhost");
  const confirm = async (shown: object) => {
    const { ticket, options } = (await begin(headers)).body;
    assert.deepEqual([options.rp.id, options.authenticatorSelection.userVerification], ["localhost", "required"]);
    const passkey = key.create({ origin, challenge: options.challenge, ...shown });
    return client.call("POST", "account/second-factors/passkeys/confirm", { body: { ticket, name: "key", passkey } });
  };
  for (const shown of [{ origin: "https://evil.example" }, { challenge: "AAAA" }, { verified: false }]) {
    assert.equal((await confirm(shown)).body.code, "api/wrong-code", JSON.stringify(shown));
  }
  const added = await confirm({});
  assert.deepEqual([added.status, added.body.factor.kind, added.body.recoveryCodes.length], [201, "passkey", 10]);

  const { ticket, secondFactors, passkeyOptions } = await ticketOf("pia", world.client(), headers);
  assert.deepEqual(secondFactors, ["passkey", "recovery-code"]);
  const { challenge } = passkeyOptions;
  for (const shown of [{ origin: "https://evil.example" }, { challenge: "AAAA" }, { verified: false }]) {
    const answer = await prove({ ticket, passkey: key.get({ origin, challenge, ...shown }) });
    assert.equal(answer.body.code, "api/denied", JSON.stringify(shown));
  }
  const stranger = new SoftwarePasskey("localhost");
  assert.equal((await prove({ ticket, passkey: stranger.get({ origin, challenge }) })).body.code, "api/denied");
  const passkey = key.get({ origin, challenge });
  assert.equal((await prove({ ticket, passkey })).status, 200);
  assert.equal((await prove({ ticket, passkey })).body.code, "api/ticket-ended");
  // The answer to another challenge, kept by a thief, opens no other ticket.
  const later = await ticketOf("pia", world.client(), headers);
  assert.equal((await prove({ ticket: later.ticket, passkey })).body.code, "api/denied");
  // By its address the console cannot ask for it.
  assert.deepEqual((await ticketOf("pia")).secondFactors, ["recovery-code"]);
});

test("others see who has factors and take them away; for oneself there is no way around the password", async () => {
  const root = await world.root();
  await withTotp("otto");
  const { administrators } = (await root.call("GET", "administrators")).body;
  const otto = administrators.find(({ name }: { name: string }) => name === "otto");
  assert.deepEqual(otto.secondFactors, ["totp"]);
  const own = ["second-factors", "password"].map((what) =>
    root.call(what === "password" ? "PUT" : "DELETE", `administrators/ROOT/${what}`, {
      body: what === "password" ? { password } : undefined,
    }),
  );
  for (const answer of await Promise.all(own))
    assert.deepEqual([answer.status, answer.body.code], [403, "api/forbidden"]);
  const reset = await root.call("DELETE", "administrators/otto/second-factors");
  assert.deepEqual(reset.body, { name: "otto", reset: ["totp"] });
  assert.equal((await root.call("DELETE", "administrators/nobody/second-factors")).status, 404);
  assert.equal((await world.client().signIn("otto", password)).body.name, "otto");
});

test("the trail has every deed and no secret; nor have the log, the database or its neighbours", async () => {
  const root = await world.root();
  const { client, secret, codes } = await withTotp("trudy");
  const { ticket } = await ticketOf("trudy");
  await prove({ ticket, recoveryCode: codes[0] });
  const [{ id }] = (await client.call("GET", "account/second-factors")).body.factors;
  await client.call("POST", `account/second-factors/${id}/remove`, { body: { password } });
  const { entries } = (await root.call("GET", "audit?subject=trudy")).body;
  const deeds = entries.map(({ action, actor, after }: Record<string, unknown>) => [action, actor, after]);
  assert.deepEqual(deeds.slice(0, 3), [
    ["second-factor.remove", "console:trudy", null],
    ["sign-in", "console:trudy", { secondFactor: "recovery-code", codesLeft: 9 }],
    ["second-factor.add", "console:trudy", { kind: "totp", name: "phone" }],
  ]);
  const directory = join(world.directory, "data");
  const files = (await readdir(directory)).filter((name) => name.startsWith("accounts.sqlite"));
  assert.ok(files.length > 0);
  const kept = await Promise.all(files.map((name) => readFile(join(directory, name))));
  const told = JSON.stringify([world.local.events, (await root.call("GET", "audit?limit=200")).body]);
  for (const hidden of [secret, ticket, codes[0] ?? "", (codes[0] ?? "").replaceAll("-", "")]) {
    assert.ok(!told.includes(hidden));
    for (const file of kept) assert.ok(!file.includes(hidden));
  }
});

test("the link of the first start is guessed as slowly as a password", async () => {
  const other = await ApiWorld.start({ "limits.password_failures_per_address": 3 });
  try {
    const attempt = (token: unknown) =>
      other.client().call("POST", "set-up", { body: { token, name: "root", password } });
    for (let guesses = 0; guesses < 3; guesses++) assert.equal((await attempt("AAAA")).status, 401);
    const late = await attempt(other.local.gateway.setUpToken);
    assert.deepEqual([late.status, late.body.code], [429, "api/too-many"]);
  } finally {
    await other.stop();
  }
});
