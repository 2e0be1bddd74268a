// SPDX-License-Identifier: Apache-2.0
/** The reference of the API: every call is there, and what it says can be run. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { curlOf } from "../../web/src/pages/api-reference/curl.ts";
import { readOperations } from "../../web/src/pages/api-reference/operations.ts";
import { exampleOf, kindOf, shapeLines } from "../../web/src/pages/api-reference/shape.ts";
import { ApiWorld } from "../support/api-world.ts";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";

test("shapes are told in a few words", () => {
  assert.equal(kindOf({ anyOf: [{ type: "string" }, { type: "null" }] }), "string | null");
  assert.equal(kindOf({ type: "array", items: { type: "number" } }), "number[]");
  assert.equal(kindOf({ enum: ["active", "suspended"] }), "active | suspended");
  assert.equal(
    kindOf({ type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 50 }),
    "integer ≥ 1 = 50",
  );
  assert.equal(kindOf({}), "any");
  const shape = {
    type: "object",
    required: ["list"],
    properties: { list: { type: "array", items: { type: "object", properties: { a: { type: "boolean" } } } } },
  };
  assert.deepEqual(
    shapeLines(shape).map(({ path, depth, required }) => [path, depth, required]),
    [
      [".list", 0, true],
      [".list.a", 1, false],
    ],
  );
  assert.deepEqual(exampleOf(shape), { list: [] });
});

test("a description that is broken or made to break is read as far as it goes", () => {
  assert.deepEqual(readOperations(null), []);
  assert.deepEqual(readOperations({ paths: { "/a": { get: null } } })[0]?.parameters, []);
  const endless: Record<string, unknown> = { type: "object", required: ["a"] };
  endless["properties"] = { a: endless };
  assert.ok(shapeLines(endless).length < 10);
  assert.ok(JSON.stringify(exampleOf(endless)).length < 1000);
});

test("the curl line creates a mailbox as it stands there, but for the values", {
  skip: skipWithoutPeers(["curl"]),
}, async () => {
  const world = await ApiWorld.start();
  try {
    const operations = readOperations((await world.client().call("GET", "openapi.json")).body);
    const create = operations.find(({ id }) => id === "createMailbox");
    assert.ok(create !== undefined);
    const origin = `https://localhost:${world.local.gateway.port("console")}`;
    const line = curlOf(create, origin).replace('"name":"…"', '"name":"It\'\\\'\'s by curl"');
    const client = await world.program("mailboxes:write");
    const token = client.headers["authorization"]?.split(" ")[1] ?? "";
    const directory = join(world.directory, "data", "tls");
    const script = line.replace("certificate.pem", join(directory, "certificate.pem"));
    const run = await runProgram("sh", ["-c", `${script} --silent`], { env: { TOKEN: token } });
    assert.match(JSON.parse(run.stdout.toString()).id, /^mbx-/);
    const root = await world.root();
    assert.equal((await root.call("GET", "mailboxes")).body.mailboxes[0].name, "It's by curl");
  } finally {
    await world.stop();
  }
});

suite("the reference in a browser", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  before(async () => {
    world = await ConsoleWorld.start();
    page = await world.person("root", "administrator");
  });
  after(async () => world.stop());

  test("every call of the description is there, once", async () => {
    const { paths } = (await world.api.client().call("GET", "openapi.json")).body;
    const wanted = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    await page.goto("/api-reference");
    await page.locator(".operation").first().waitFor();
    const methods = await page.locator(".operation__method").allInnerTexts();
    const shown = await page.locator(".operation__path").allInnerTexts();
    assert.deepEqual(shown.map((path, at) => `${methods[at]} ${path}`).toSorted(), wanted.toSorted());
  });

  test("a link opens a call with its scope, fields and example", async () => {
    await page.goto("/api-reference#createMailbox");
    const call = page.locator("#createMailbox");
    await call.getByText("mailboxes:write").waitFor();
    await call.locator(".shape__name", { hasText: "allowedPeers" }).waitFor();
    assert.match(await call.locator("pre").innerText(), /^curl .*\n.*TOKEN.*\n\s+--json '\{"name":"…"/);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("searching leaves what fits", async () => {
    await page.goto("/api-reference");
    await page.getByRole("searchbox").fill("test-message");
    await page.locator(".operation").nth(1).waitFor({ state: "detached" });
    assert.equal(await page.locator(".operation__path").innerText(), "/mailboxes/{id}/test-message");
    await page.getByRole("searchbox").fill("no such thing");
    await page.getByText("No call is like that").waitFor();
  });

  test("nothing failed in the browser, and no request left the gateway", () => {
    assert.deepEqual(world.complaints, []);
  });
});
