// SPDX-License-Identifier: Apache-2.0
/**
 * JSON that takes programs apart, from somebody who is signed in and may do everything, to every operation of the API that
 * takes a body (its own description names them). Each is the caller's mistake, never a fault, and nothing of it stays.
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { limits } from "../../src/base/limits.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";

const depth = 30_000;
const long = 60_000;
/** An answer names what was wrong; it does not carry the bomb back. */
const answerBytes = 16 * 1024;

type Bomb = readonly [name: string, body: (field: string, list: string) => string];

/** `field` is one that the operation knows, `list` one that wants a list where it has such. */
const bombs: readonly Bomb[] = [
  ["nested arrays", (field) => `{"${field}":${"[".repeat(depth)}${"]".repeat(depth)}}`],
  ["nested objects", (field) => `{"${field}":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`],
  ["a setting of nested arrays", () => `{"settings":{"limits.smtp_idle":${"[".repeat(depth)}${"]".repeat(depth)}}}`],
  [
    "a setting of nested objects",
    () => `{"settings":{"notify.email_to":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}}`,
  ],
  [
    "settings below the prototype",
    () => '{"settings":{"__proto__.polluted":true,"constructor.prototype":{"polluted":1}}}',
  ],
  ["a long text", (field) => `{"${field}":"${"x".repeat(long)}"}`],
  ["a text of escapes", (field) => `{"${field}":"${"\\u0000".repeat(long / 6)}"}`],
  ["half a character", (field) => `{"${field}":"\\ud800"}`],
  ["a number without an end", (field) => `{"${field}":${"9".repeat(long)}}`],
  ["a long name", () => `{"${"k".repeat(long)}":1}`],
  ["thousands of names", () => `{${Array.from({ length: 5000 }, (_, at) => `"k${at}":1`).join()}}`],
  ["thousands of elements", (_, list) => `{"${list}":[${Array(20_000).fill("[]").join()}]}`],
  ["the prototype", (field) => `{"__proto__":{"polluted":true},"${field}":{"__proto__":{"polluted":true}}}`],
  ["the constructor", (field) => `{"${field}":{"constructor":{"prototype":{"polluted":true}}}}`],
  ["more than is taken", () => `{"a":"${"x".repeat(limits.apiBodyBytes)}"}`],
];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly field: string;
  readonly list: string;
}

suite("JSON that is a bomb", () => {
  let world: ApiWorld;
  let root: ApiClient;
  let operations: readonly Operation[];

  before(async () => {
    world = await ApiWorld.start();
    root = await world.root();
    operations = operationsOf((await root.call("GET", "openapi.json")).body);
    assert.ok(operations.length > 10, "the description names the operations");
  });
  after(async () => world.stop());

  for (const [name, body] of bombs)
    test(`${name}: refused by every operation`, async () => {
      const settings = (await root.call("GET", "settings")).body;
      for (const { method, path, field, list } of operations) {
        const answer = await root.call(method, path, { body: body(field, list) });
        const said = JSON.stringify(answer.body).slice(0, 300);
        assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${path}: ${answer.status} ${said}`);
        assert.ok(JSON.stringify(answer.body).length < answerBytes, `${method} ${path}: the answer is long: ${said}`);
      }
      assert.deepEqual((await root.call("GET", "settings")).body, settings);
      assert.equal(Reflect.get({}, "polluted"), undefined);
    });
});

/** What takes a body, with a name that stands for each part of the path. */
function operationsOf(description: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: unknown }>>>>;
}): readonly Operation[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      if (requestBody === undefined) return [];
      const shape = JSON.stringify(requestBody);
      const field = /"properties":\{"(\w+)"/.exec(shape)?.[1] ?? "name";
      const list = /"(\w+)":\{[^{}]*"type":"array"/.exec(shape)?.[1] ?? field;
      const relative = path
        .replace(/^\/(?:api\/v1\/)?/, "")
        .replaceAll(/\{\w+\}/g, "mbx-00000000000000000000000000000000");
      return [{ method: method.toUpperCase(), path: relative, field, list }];
    }),
  );
}
