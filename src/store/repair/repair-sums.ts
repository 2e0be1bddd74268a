// SPDX-License-Identifier: Apache-2.0

import { hash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { noSegment, segmentPath } from "../data-directory.ts";
import { recordHeaderBytes } from "../record.ts";
import type { LedgerFacts } from "./ledger-facts.ts";
import type { RepairedMailbox, RepairParts } from "./parts.ts";

/** Addenda that are not what the ledger says: their octets go to `damaged/`, the ledger tells of it. */
export function repairAddenda(parts: RepairParts, mailbox: RepairedMailbox, facts: LedgerFacts): void {
  const { index, epochs, ledger, log, files, atMs } = parts;
  const rows = index
    .prepare(
      `SELECT a.sequence, a.number, a.ledger_position AS position, a.sealed FROM addendum a
       JOIN message m ON m.mailbox = a.mailbox AND m.sequence = a.sequence WHERE a.mailbox = ?`,
    )
    .all(mailbox.number);
  const repoint = index.prepare(
    "UPDATE addendum SET ledger_position = ? WHERE mailbox = ? AND sequence = ? AND number = ?",
  );
  const drop = index.prepare("DELETE FROM addendum WHERE mailbox = ? AND sequence = ? AND number = ?");
  const positions = new Map(Array.from(facts.digests, ([position, digest]) => [digest, position]));
  for (const { sequence, number, position, sealed } of rows) {
    const octets = sealed instanceof Uint8Array ? sealed : new Uint8Array(0);
    const digest = hash("sha256", octets);
    if (facts.digests.get(Number(position)) === digest) continue;
    const of = { mailbox: mailbox.id, uniqueId: epochs.uniqueId(Number(sequence)) };
    const right = positions.get(digest);
    if (right !== undefined) {
      repoint.run(right, mailbox.number, sequence ?? null, number ?? null);
      log.add("row-corrected", `addendum ${String(number)} names its ledger row again`, of);
      continue;
    }
    const name = files.write(octets, `${of.uniqueId}.addendum-${String(number)}.age`);
    drop.run(mailbox.number, sequence ?? null, number ?? null);
    const text = `addendum ${String(number)} is not what the ledger says; what is there is in damaged/${name}`;
    ledger.append(mailbox.number, { atMs, event: "repaired", sequence: Number(sequence), detail: text });
    log.add("addendum-lost", text, of);
  }
}

/** What a mailbox is said to hold, from its rows. */
export function repairTally({ index, log }: RepairParts, mailbox: RepairedMailbox): void {
  const real = index
    .prepare(
      `SELECT count(*) AS messages, coalesce(sum(sealed_bytes), 0) AS bytes, max(received_at) AS last FROM message
       WHERE mailbox = ? AND state > 0`,
    )
    .get(mailbox.number);
  const said = index.prepare("SELECT messages, sealed_bytes AS bytes FROM tally WHERE mailbox = ?").get(mailbox.number);
  const [messages, bytes] = [Number(real?.["messages"]), Number(real?.["bytes"])];
  if (messages === Number(said?.["messages"] ?? 0) && bytes === Number(said?.["bytes"] ?? 0)) return;
  index
    .prepare(
      `INSERT INTO tally VALUES (?1, ?2, ?3, ?4, NULL)
       ON CONFLICT (mailbox) DO UPDATE SET messages = ?2, sealed_bytes = ?3`,
    )
    .run(mailbox.number, messages, bytes, real?.["last"] ?? null);
  log.add("account-corrected", `it is counted with ${messages} messages, ${bytes} octets`, { mailbox: mailbox.id });
}

/** Accounts of the segments, from rows and files. A file that is new with this repair has no size yet. */
export function repairSegmentAccounts({ index, directory, log }: RepairParts): void {
  const live = index
    .prepare(
      `SELECT segment, sum(sealed_bytes + ${recordHeaderBytes}) AS bytes FROM message WHERE segment != ${noSegment} GROUP BY 1`,
    )
    .all();
  const real = new Map(live.map((row) => [Number(row["segment"]), Number(row["bytes"])]));
  const accounts = new Map(
    index
      .prepare("SELECT number, live_bytes AS bytes FROM segment")
      .all()
      .map((row) => [Number(row["number"]), Number(row["bytes"])]),
  );
  const write = index.prepare("INSERT OR REPLACE INTO segment VALUES (?, ?, ?)");
  for (const segment of new Set([...real.keys(), ...accounts.keys()])) {
    const bytes = real.get(segment) ?? 0;
    const said = accounts.get(segment);
    if (said === bytes) continue;
    const path = segmentPath(directory, segment);
    write.run(segment, Math.max(bytes, existsSync(path) ? statSync(path).size : 0), bytes);
    if (said !== undefined || existsSync(path))
      log.add("account-corrected", `segment ${segment} holds ${bytes} wanted octets, not ${said ?? "none"}`);
  }
}
