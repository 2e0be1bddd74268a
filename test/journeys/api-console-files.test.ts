// SPDX-License-Identifier: Apache-2.0
/** What is served beside the API: the built console, and nothing else of the disk. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { ConsoleFiles } from "../../src/admin/api/console-files.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";
import { noConsole } from "../support/console-world.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const built = join(import.meta.dirname, "../../dist/web");

suite("the files of the console", { skip: noConsole }, () => {
  let world: ApiWorld;
  let visitor: ApiClient;
  before(async () => {
    world = await ApiWorld.start();
    visitor = world.client();
  });
  after(async () => world.stop());

  test("a page gets strict headers, whatever its path", async () => {
    for (const path of ["/", "/mailboxes", "/mailboxes/mbx-1/set-up?x=1", "/apiary"]) {
      const { status, headers, body } = await visitor.call("GET", path);
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "text/html; charset=utf-8");
      assert.equal(headers["cache-control"], "no-cache");
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /default-src 'self'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.match(headers["strict-transport-security"] ?? "", /^max-age=31536000/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      // Nothing inline: neither a script without a source, nor a style, nor a handler.
      assert.doesNotMatch(body, /<script(?![^>]* src=)|<style| style=| on\w+=/);
    }
  });

  test("what has its content in its name is kept for good, and comes compressed to whoever takes it", async () => {
    const script = readdirSync(join(built, "assets")).find((name) => /^libraries-.*\.js$/.test(name)) ?? "";
    const plain = await visitor.open("GET", `/assets/${script}`);
    assert.equal(plain.headers["content-encoding"], undefined);
    const content = await buffer(plain);
    for (const [accepts, coding, decode] of [
      ["gzip, deflate, br", "br", brotliDecompressSync],
      ["gzip;q=0.5", "gzip", gunzipSync],
      ["br;q=0, gzip", "gzip", gunzipSync],
    ] as const) {
      const answer = await visitor.open("GET", `/assets/${script}`, { headers: { "accept-encoding": accepts } });
      assert.equal(answer.headers["content-encoding"], coding, accepts);
      assert.equal(answer.headers["cache-control"], "public, max-age=31536000, immutable");
      assert.deepEqual(decode(await buffer(answer)), content);
    }
  });

  test("no path leads out of it, and what is missing is an error", async () => {
    for (const path of [
      "/../package.json",
      "/assets/../../package.json",
      "/%2e%2e/package.json",
      "/..%2fpackage.json",
      "//etc/passwd.txt",
      "/assets/nothing.js",
    ]) {
      const { status, headers } = await visitor.call("GET", path);
      assert.equal(status, 404, path);
      assert.match(headers["content-type"] ?? "", /problem\+json/);
    }
    assert.equal((await visitor.call("POST", "/mailboxes")).status, 404);
    assert.match((await visitor.call("GET", "/api/v2/x")).headers["content-type"] ?? "", /problem\+json/);
  });
});

test("without a build every page says what to run", async () => {
  const directory = await temporaryDirectory("console-files");
  try {
    const none = await ConsoleFiles.read(join(directory, "missing"));
    const page = none.answer("/mailboxes", "br");
    assert.equal(page?.status, 503);
    assert.match(page.body.toString(), /npm run build:web/);
    assert.equal(none.answer("/assets/x.js", "br"), undefined);
    // Of a build only what a browser is meant to fetch is served.
    await mkdir(join(directory, "assets"));
    await writeFile(join(directory, "index.html"), "<!doctype html>");
    await writeFile(join(directory, "secret.pem"), "key");
    const some = await ConsoleFiles.read(directory);
    assert.equal(some.answer("/secret.pem", ""), undefined);
    assert.equal(some.answer("/x", "")?.body.toString(), "<!doctype html>");
  } finally {
    await removeDirectory(directory);
  }
});
