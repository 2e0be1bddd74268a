// SPDX-License-Identifier: Apache-2.0
/** The built console as files: how much a first visit loads, and that both languages have every text. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import { reasonCatalogue } from "../../src/base/reasons.ts";
import { noConsole } from "../support/console-world.ts";

const repository = join(import.meta.dirname, "../..");
const built = join(repository, "dist/web");

suite("the build", { skip: noConsole }, () => {
  test("the first visit, with the largest page and one language, is below 200 kB of gzip", () => {
    const index = readFileSync(join(built, "index.html"), "utf8");
    const first = new Set([...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file = ""]) => file));
    assert.ok(first.size > 0);
    follow(first, /\bfrom\s*"\.\/([^"]+\.js)"|\bimport\s*"\.\/([^"]+\.js)"/g);
    const always = total(first) + gzipSync(index).length;
    const language = total(globSync("assets/shared-en-*.js", { cwd: built }));
    assert.ok(language > 0);
    const pages = globSync("assets/page-*.js", { cwd: built }).map((page) => {
      const more = new Set([page]);
      follow(more, /\bfrom\s*"\.\/([^"]+\.js)"|\bimport\s*"\.\/([^"]+\.js)"/g);
      return total([...more].filter((file) => !first.has(file)));
    });
    const bytes = always + language + Math.max(...pages);
    assert.ok(bytes <= 200_000, `${bytes} bytes`);
  });

  test("nothing is loaded from elsewhere", () => {
    for (const file of globSync("{index.html,assets/*.css}", { cwd: built })) {
      const text = readFileSync(join(built, file), "utf8");
      assert.doesNotMatch(text, /(?:src|href)="(?:https?:)?\/\/|url\((?:https?:)?\/\//, file);
    }
  });
});

/** Adds what the scripts of a set import by themselves. */
function follow(files: Set<string>, imports: RegExp): void {
  for (const file of files) {
    if (!file.endsWith(".js")) continue;
    const text = readFileSync(join(built, file), "utf8");
    for (const [, one, other] of text.matchAll(imports)) files.add(`assets/${one ?? other ?? ""}`);
  }
}

function total(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(built, file)), { level: 9 }).length, 0);
}

suite("the texts", () => {
  const english = globSync("web/src/**/*.en.json", { cwd: repository }).map((file) => file.replace(/\.en\.json$/, ""));

  test("each stands in both languages, with the same places for values", () => {
    assert.ok(english.length > 3);
    // A namespace is one file: of two, the one would hide the other.
    assert.deepEqual([...new Set(english.map(namespaceOf))], english.map(namespaceOf));
    for (const file of english) {
      const [en, de] = [texts(`${file}.en.json`), texts(`${file}.de.json`)];
      assert.deepEqual([...de.keys()].toSorted(), [...en.keys()].toSorted(), file);
      for (const [key, text] of en) assert.deepEqual(places(de.get(key) ?? ""), places(text), `${file} ${key}`);
    }
  });

  test("every reason of the gateway at a field has one, with its values", () => {
    for (const language of ["en", "de"]) {
      const known = texts(`web/src/texts/reasons.${language}.json`);
      for (const [code, text] of Object.entries(reasonCatalogue)) {
        const values = [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => `{{${name}}}`).toSorted();
        assert.deepEqual(places(known.get(code) ?? "none"), values, `${language} ${code}`);
      }
    }
  });

  test("every text that the code names is there", () => {
    const known = new Map(english.map((file) => [namespaceOf(file), texts(`${file}.en.json`)]));
    for (const file of globSync("web/src/**/*.{ts,tsx}", { cwd: repository })) {
      const code = readFileSync(join(repository, file), "utf8");
      const spaces = [...code.matchAll(/useTranslation\((?:\[([^\]]*)\]|("[^"]*"))?/g)].flatMap(([, many, one]) =>
        [...(many ?? one ?? '"frame"').matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
      );
      if (spaces.length === 0) continue;
      for (const [, key = ""] of code.matchAll(/\bt\(\s*"([^"]+)"/g)) {
        const [space, name] = key.includes(":") ? key.split(":", 2) : [undefined, key];
        const places = space === undefined ? spaces : [space];
        const found = places.some((each) => hasText(known.get(each), name ?? ""));
        assert.ok(found, `${file}: no text "${key}" in ${places.join(", ")}`);
      }
    }
  });
});

function namespaceOf(file: string): string {
  return /pages\/([^/]+)\/texts$/.exec(file)?.[1] ?? file.split("/").at(-1) ?? "";
}

function hasText(known: ReadonlyMap<string, string> | undefined, name: string): boolean {
  return known !== undefined && (known.has(name) || known.has(`${name}_other`));
}

/** All texts of a file by their key, with dots between the levels. */
function texts(file: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, key: string): void => {
    if (typeof value === "string") found.set(key, value);
    else for (const [name, each] of Object.entries(Object(value))) walk(each, key === "" ? name : `${key}.${name}`);
  };
  walk(JSON.parse(readFileSync(join(repository, file), "utf8")), "");
  return found;
}

function places(text: string): readonly string[] {
  return [...text.matchAll(/\{\{[^}]+\}\}|<\/?\w+>/g)].map(([place]) => place).toSorted();
}
