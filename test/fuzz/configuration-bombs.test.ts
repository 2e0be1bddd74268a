// SPDX-License-Identifier: Apache-2.0
/**
 * Configurations that take programs apart: whatever the text, there are problems to tell, nothing is thrown, nothing gets
 * into a prototype, and no more is remembered of the text than settings have names.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { keyLines } from "../../src/config/key-lines.ts";
import { checkConfiguration } from "../../src/config/load.ts";

/** Each of any size. */
const bombs: Readonly<Record<string, (size: number) => string>> = {
  "nested arrays": (size) => `a = ${"[".repeat(size)}${"]".repeat(size)}`,
  "nested arrays without an end": (size) => `a = ${"[".repeat(size)}`,
  "nested tables": (size) => `a = ${"{a=".repeat(size)}1${"}".repeat(size)}`,
  "a section of sections": (size) => `[${Array(size).fill("a").join(".")}]\nb = 1\n`,
  "a key of keys": (size) => `[limits]\n${Array(size).fill("a").join(".")} = 1\n`,
  "a long key": (size) => `[limits]\n${"k".repeat(size)} = 1\n`,
  "a long section": (size) => `[${"s".repeat(size)}]\n`,
  "a long text": (size) => `[limits]\nsmtp_idle = "${"9".repeat(size)}"\n`,
  "a long number": (size) => `[limits]\nconnections = ${"9".repeat(size)}\n`,
  "a text without an end": (size) => `[limits]\nsmtp_idle = """${"\n".repeat(size)}`,
  "many keys": (size) => `[limits]\n${numbered(size / 8, (at) => `k${1_000_000 + at} = 1`)}`,
  "many sections": (size) => numbered(size / 8, (at) => `[s${1_000_000 + at}]`),
  "one key, many times": (size) => `[limits]\n${numbered(size / 8, () => "smtp_idle = 1")}`,
  "a long list": (size) => `[listen]\nsmtp = [${Array(size).fill('""').join()}]\n`,
  blanks: (size) => `[limits]\n${" ".repeat(size)}x`,
  quotes: (size) => `[limits]\n${'"'.repeat(size)} = 1\n`,
};

function numbered(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => `${line(at)}\n`).join("");
}

suite("configurations that are bombs", () => {
  for (const [name, bomb] of Object.entries(bombs))
    test(`${name}: told as wrong`, () => {
      assert.ok(checkConfiguration(bomb(50_000), {}).length > 0);
    });

  test("lines are remembered of sections and settings, however deep a name is", () => {
    const text = `${bombs["a section of sections"]?.(10_000)}${bombs["a key of keys"]?.(10_000)}`;
    assert.deepEqual([...keyLines(text).keys()], ["a", "a.a", "limits", "limits.a"]);
  });

  test("names of the prototype are unknown sections and settings", () => {
    const text = `[__proto__]\npolluted = 1\n[constructor]\nprototype = { polluted = 1 }\n[limits]\n__proto__ = 1\ntoString = 1\n`;
    const problems = checkConfiguration(text, {}).map(({ where }) => where.replace(/^line \d+: /, ""));
    assert.deepEqual(problems, ["__proto__", "constructor", "limits.__proto__", "limits.toString"]);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });
});
