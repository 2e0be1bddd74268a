// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryAccounts } from "../../../test/support/memory-accounts.ts";
import { limits } from "../../base/limits.ts";
import { silentLog } from "../../observe/log.ts";
import type { AuditQuery } from "../../store/accounts/contract.ts";
import { AuditTrail } from "../audit-trail.ts";
import { auditExport, csvCell } from "./audit-export.ts";

const clock = { nowMs: () => 0, monotonicMs: () => 0 };

async function trailOf(entries: number): Promise<{ readonly audit: AuditTrail; readonly reads: AuditQuery[] }> {
  const store = new MemoryAccounts();
  const audit = new AuditTrail({ store, clock, log: silentLog });
  for (let n = 0; n < entries; n++) await audit.note({ actor: "cli:a", origin: "" }, { action: "x", subject: `${n}` });
  const reads: AuditQuery[] = [];
  const read = audit.read.bind(audit);
  audit.read = (query) => {
    reads.push(query);
    return read(query);
  };
  return { audit, reads };
}

test("a cell that a spreadsheet would compute is text, and its text can be had back", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["=1+1", "'=1+1"],
    ["+4711", "'+4711"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", `"'\r=1"`],
    ["'=1", "''=1"],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ["a=1", "a=1"],
    ["anna, \nben", '"anna, \nben"'],
    ["", '""'],
  ];
  for (const [text, cell] of cases) assert.equal(csvCell(text), cell);
  assert.equal(csvCell(null), "");
  assert.equal(csvCell(-1), "-1");
});

test("a reader that reads nothing more costs no more pages than fit into one stream", async () => {
  const { audit, reads } = await trailOf(limits.auditExportPage * 6);
  const stream = auditExport(audit, { format: "jsonl", conditions: {}, stillValid: () => true });
  const iterator = stream.iterator({ destroyOnReturn: true });
  await iterator.next();
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(reads.length < 6, `${reads.length} pages were read for one chunk`);
  await iterator.return?.();
});

test("an export has every entry once, over the border of a page, and breaks off when its reader may not go on", async () => {
  const { audit, reads } = await trailOf(limits.auditExportPage + 1);
  let text = "";
  for await (const chunk of auditExport(audit, { format: "jsonl", conditions: {}, stillValid: () => true }))
    text += chunk;
  const positions = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).position);
  assert.deepEqual(
    positions,
    Array.from({ length: limits.auditExportPage + 1 }, (_, index) => index + 1),
  );
  assert.equal(reads.length, 2);
  const ended = auditExport(audit, { format: "csv", conditions: {}, stillValid: () => reads.length < 3 });
  await assert.rejects(async () => {
    for await (const chunk of ended) text += chunk;
  }, /may not go on/);
});
