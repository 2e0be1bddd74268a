// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import type { ScannedPayload } from "./payload-scan.ts";
import type { RepairLog } from "./report.ts";

interface EpochRow {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

/**
 * The epochs as the headers of records name them. A row of the index whose name no header has, and whose numbers belong to
 * an epoch that the index does not know, is that epoch with a damaged name.
 */
export function repairEpochs(index: DatabaseSync, payload: ScannedPayload, log: RepairLog, atMs: number): void {
  const correct = index.prepare("UPDATE epoch SET name = ? WHERE name = ?");
  const insert = index.prepare("INSERT INTO epoch VALUES (?, ?, ?, ?)");
  const widen = index.prepare("UPDATE epoch SET first_sequence = ?, last_sequence = ? WHERE name = ?");
  const seen = Array.from(payload.epochs, ([name, { first, last }]): EpochRow => ({ name, first, last }));
  for (const epoch of seen.toSorted((a, b) => a.first - b.first)) {
    const rows = readRows(index);
    const known = rows.find(({ name }) => name === epoch.name);
    const before = rows.findLast(({ first }) => first <= epoch.first);
    if (known !== undefined) {
      if (known.first <= epoch.first && known.last >= epoch.last) continue;
      widen.run(Math.min(known.first, epoch.first), Math.max(known.last, epoch.last), epoch.name);
      // A crash leaves records behind the last one that was kept; that alone is nothing to tell.
      if (known.first > epoch.first) log.add("epoch-restored", `epoch ${epoch.name} begins at ${epoch.first}`);
    } else if (before !== undefined && !payload.epochs.has(before.name) && before.last >= epoch.first) {
      correct.run(epoch.name, before.name);
      log.add("epoch-restored", `epoch ${before.name} is ${epoch.name}, as its messages say`);
    } else {
      insert.run(epoch.name, epoch.first, epoch.last, atMs);
      log.add("epoch-restored", `epoch ${epoch.name}, messages ${epoch.first} to ${epoch.last}, was not in the index`);
    }
  }
}

function readRows(index: DatabaseSync): readonly EpochRow[] {
  const rows = index.prepare("SELECT name, first_sequence, last_sequence FROM epoch ORDER BY first_sequence").all();
  return rows.map((row) => ({
    name: String(row["name"]),
    first: Number(row["first_sequence"]),
    last: Number(row["last_sequence"]),
  }));
}
