// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, before, test } from "node:test";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";

let world: ApiWorld;
let root: ApiClient;

before(async () => {
  world = await ApiWorld.start();
  root = await world.root();
  for (const name of ["First", '=HYPERLINK("https://evil.example","a, b")', "Zwölf\u2028Äpfel"]) {
    assert.equal((await root.call("POST", "mailboxes", { body: { name } })).status, 201);
  }
  await world.person("olga", "operator");
});

after(() => world.stop());

type Line = Readonly<Record<string, string | number | null>>;

/** docs/formats/audit.md, by its words: every hash from the one before. */
function headOf(lines: readonly Line[]): string {
  let previous = hash("sha256", "postern audit 1", "buffer");
  for (const { position, at, actor, origin, action, subject, before, after, hash: written } of lines) {
    const text = JSON.stringify([position, at, actor, origin, action, subject, before, after]);
    previous = hash("sha256", Buffer.concat([previous, Buffer.from(text)]), "buffer");
    assert.equal(written, previous.toString("hex"), `entry ${position}`);
  }
  return previous.toString("hex");
}

test("the export as JSON Lines has all that the chain is made over, and ends at the head that the list tells", async () => {
  const answer = await root.call("GET", "audit/export?format=jsonl");
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"] ?? "", /^application\/jsonl/);
  assert.equal(answer.headers["content-disposition"], 'attachment; filename="postern-audit.jsonl"');
  // JSON Lines end at LF alone: U+2028 in a name is none.
  const lines: readonly Line[] = String(answer.body)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.ok(lines.length >= 5);
  const { head, entries } = (await root.call("GET", "audit?limit=1")).body;
  assert.deepEqual(head, { position: lines.length, hash: headOf(lines) });
  assert.deepEqual([entries[0].position, entries[0].hash], [head.position, head.hash]);
  assert.equal(new Date(Number(lines[0]?.["at"])).toISOString(), lines[0]?.["time"]);
});

test("the export as CSV gives the same texts back, and no cell begins a formula", async () => {
  const answer = await root.call("GET", "audit/export?format=csv");
  assert.match(answer.headers["content-type"] ?? "", /^text\/csv/);
  const [header = [], ...rows] = parseCsv(String(answer.body));
  for (const cell of rows.flat()) assert.doesNotMatch(cell ?? "", /^[=+\-@\t\r]/);
  const lines = rows.map(
    (row): Line =>
      Object.fromEntries(
        row.map((cell, index) => {
          const column = header[index] ?? "";
          const text = cell?.startsWith("'") === true ? cell.slice(1) : cell;
          return [column, column === "position" || column === "at" ? Number(text) : text];
        }),
      ),
  );
  assert.equal(headOf(lines), (await root.call("GET", "audit?limit=1")).body.head.hash);
});

test("the trail is filtered by who, what, to what and when", async () => {
  const positions = async (query: string): Promise<readonly number[]> =>
    (await root.call("GET", `audit?${query}`)).body.entries.map(({ position }: { position: number }) => position);
  const all = await positions("limit=200");
  const created = await positions("action=mailbox.created");
  assert.equal(created.length, 3);
  assert.deepEqual(await positions("action=mailbox.&actor=ROOT"), created);
  assert.deepEqual(await positions("subject=nobody-of-this-name"), []);
  const { at } = (await root.call("GET", `audit?before=${(created[2] ?? 0) + 1}&limit=1`)).body.entries[0];
  assert.ok(created.every((position) => all.includes(position)));
  assert.ok((await positions(`from=${at}&limit=200`)).includes(created[0] ?? 0));
  assert.deepEqual(await positions(`to=${new Date(Date.parse(at) - 3_600_000).toISOString()}`), []);
  for (const query of ["from=yesterday", "actor=", "format=csv", "limit=201"]) {
    assert.equal((await root.call("GET", `audit?${query}`)).status, 400, query);
  }
  for (const query of ["", "?format=xml", "?format=csv&limit=1"]) {
    assert.equal((await root.call("GET", `audit/export${query}`)).status, 400, query);
  }
  const some = String((await root.call("GET", "audit/export?format=jsonl&action=mailbox.created")).body);
  assert.equal(some.trimEnd().split("\n").length, 3);
});

/** RFC 4180 §2; an empty cell without quotes is `null`. */
function parseCsv(text: string): readonly (readonly (string | null)[])[] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (const [whole, quoted, plain = "", end = ""] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    assert.ok(whole.length > 0);
    row.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
