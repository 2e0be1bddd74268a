// SPDX-License-Identifier: Apache-2.0
/** The setting that wants a second factor of everybody who signs in, and the command that takes factors from who lost them. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { ApiClient } from "../support/api-client.ts";
import { ApiWorld, goodPassword as password } from "../support/api-world.ts";
import { authenticatorCode } from "../support/authenticator.ts";
import { GatewayProcess } from "../support/gateway-process.ts";

/** Adds an app to whoever is signed in; returns its secret. */
async function addApp(client: ApiClient): Promise<string> {
  const { body } = await client.call("POST", "account/second-factors/totp", { body: { password } });
  const confirm = { ticket: body.ticket, code: authenticatorCode(body.secret), name: "phone" };
  const added = await client.call("POST", "account/second-factors/totp/confirm", { body: confirm });
  assert.equal(added.status, 201);
  return body.secret;
}

suite("a second factor is wanted", () => {
  let world: ApiWorld;
  /** Made before the setting is on: the first administrator has no second factor. */
  let root: ApiClient;
  before(async () => {
    world = await ApiWorld.start({ "limits.password_failures_per_address": 1000 });
    root = await world.program("settings:write", "mailboxes:read", "mailboxes:write");
  });
  after(() => world.stop());

  async function setPolicy(wanted: boolean): Promise<void> {
    const body = { settings: { "console.require_second_factor": wanted } };
    assert.equal((await root.call("PATCH", "settings", { headers: { "if-match": "*" }, body })).status, 200);
  }

  test("it is off unless somebody turns it on", async () => {
    const client = await world.person("before", "operator");
    const { body } = await client.call("GET", "sign-in");
    assert.equal(body.secondFactorNeeded, false);
    assert.equal((await client.call("GET", "mailboxes")).status, 200);
  });

  test("without one no route of the table answers but those of one's own account; with one all do", async () => {
    const client = await world.person("anna", "administrator");
    const stream = await client.open("GET", "events");
    stream.resume();
    const ended = new Promise((resolve) => stream.once("close", resolve));
    await setPolicy(true);
    const { paths } = (await world.client().call("GET", "openapi.json")).body;
    const described: [string, Record<string, Record<string, string>>][] = Object.entries(paths);
    let refused = 0;
    for (const [path, methods] of described) {
      for (const [method, facts] of Object.entries(methods)) {
        const access = facts["x-access"] ?? "";
        if (["public", "caller", "person"].includes(access)) continue;
        const place = path.slice(1).replaceAll(/\{\w+\}/g, "x");
        const options = method === "get" ? {} : { body: { nonsense: true } };
        const answer = await client.call(method.toUpperCase(), place, options);
        assert.deepEqual([answer.status, answer.body.code], [403, "api/second-factor-needed"], `${method} ${path}`);
        refused += 1;
      }
    }
    assert.ok(refused > 20);
    // What was open when the setting came hears nothing more.
    await root.call("POST", "mailboxes", { body: { name: "noise" } });
    await ended;
    const who = (await client.call("GET", "sign-in")).body;
    assert.deepEqual([who.scopes, who.secondFactorNeeded], [[], true]);
    for (const place of ["account/second-factors", "account/tokens", "account/sign-ins"])
      assert.equal((await client.call("GET", place)).status, 200, place);
    // Programs go on.
    assert.equal((await root.call("GET", "mailboxes")).status, 200);

    await addApp(client);
    assert.equal((await client.call("GET", "mailboxes")).status, 200);
    assert.equal((await client.call("GET", "sign-in")).body.secondFactorNeeded, false);
  });

  test("a token is no way around, and neither is signing in anew", async () => {
    await setPolicy(false);
    const client = await world.person("bert", "operator");
    await setPolicy(true);
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = { name: "around", scopes: ["mailboxes:read"], expiresAt };
    const made = await client.call("POST", "account/tokens", { body });
    assert.deepEqual([made.status, made.body.code], [403, "api/second-factor-needed"]);
    const again = world.client();
    const signedIn = await again.signIn("bert", password);
    assert.deepEqual([signedIn.body.scopes, signedIn.body.secondFactorNeeded], [[], true]);
    assert.equal((await again.call("GET", "mailboxes")).status, 403);
  });

  test("whoever takes the last factor away is asked for one again; without the setting nobody is", async () => {
    await setPolicy(false);
    const client = await world.person("cleo", "operator");
    await setPolicy(true);
    await addApp(client);
    const { body } = await client.call("GET", "account/second-factors");
    await client.call("POST", `account/second-factors/${body.factors[0].id}/remove`, { body: { password } });
    assert.equal((await client.call("GET", "mailboxes")).status, 403);
    await setPolicy(false);
    assert.equal((await client.call("GET", "mailboxes")).status, 200);
  });
});

test("postern admin reset-factors takes real factors from somebody: the password opens again, and the trail says so", async () => {
  const gateway = await GatewayProcess.start();
  try {
    const file = join(gateway.directory, "password");
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    await gateway.command("admin", "create", "dora", "--password-file", file);
    const client = new ApiClient(gateway.ports.console);
    assert.equal((await client.signIn("dora", password)).status, 200);
    const secret = await addApp(client);
    const wanted = await new ApiClient(gateway.ports.console).call("POST", "sign-in", {
      body: { name: "dora", password },
    });
    assert.deepEqual(wanted.body.secondFactors, ["totp", "recovery-code"]);
    // The ticket of a sign-in that is under way opens nothing any more either.
    await gateway.command("admin", "reset-factors", "dora");
    const proof = { ticket: wanted.body.ticket, totp: authenticatorCode(secret, 1) };
    const late = await new ApiClient(gateway.ports.console).call("POST", "sign-in/second-factor", { body: proof });
    assert.equal(late.status, 401);
    const free = new ApiClient(gateway.ports.console);
    assert.equal((await free.signIn("dora", password)).status, 200);
    const { body } = await free.call("GET", "account/second-factors");
    assert.deepEqual([body.factors, body.recoveryCodesLeft], [[], null]);
    const { entries } = (await free.call("GET", "audit?action=second-factors.reset")).body;
    assert.deepEqual(
      entries.map(({ actor, subject, before: was }: Record<string, unknown>) => [
        String(actor).split(":")[0],
        subject,
        was,
      ]),
      [["cli", "dora", { kinds: ["totp"] }]],
    );
  } finally {
    await gateway.remove();
  }
});
