// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseUniqueId } from "../base/ids.ts";
import { noSegment, parseSegmentName } from "./data-directory.ts";
import { readEpochs } from "./epochs.ts";
import { isLocked } from "./lock.ts";
import { recordHeaderBytes } from "./record.ts";
import type { Finding, VerifyParts } from "./verify.ts";

const nobody = { mailbox: undefined, uniqueId: undefined };

/** Accounts of the segments, and files that nothing points to. */
export function* verifyFiles(parts: VerifyParts): Generator<Finding> {
  yield* segmentFindings(parts);
  yield* largeFileFindings(parts);
}

function* segmentFindings({ index, directory }: VerifyParts): Generator<Finding> {
  // One statement sees one state of the index. A segment that rows point to has an account, and one of its own.
  const accounts = index
    .prepare(
      `WITH live AS (SELECT segment, sum(sealed_bytes + ${recordHeaderBytes}) AS bytes FROM message
         WHERE segment != ${noSegment} GROUP BY segment)
       SELECT s.number, s.live_bytes AS liveBytes, coalesce(live.bytes, 0) AS realBytes
       FROM segment s LEFT JOIN live ON live.segment = s.number
       UNION ALL SELECT live.segment, NULL, live.bytes FROM live WHERE live.segment NOT IN (SELECT number FROM segment)`,
    )
    .all();
  for (const { number, liveBytes, realBytes } of accounts) {
    if (liveBytes === realBytes) continue;
    const said = liveBytes === null ? "has no account" : `is said to hold ${String(liveBytes)} wanted octets`;
    const text = `segment ${String(number)} ${said} and holds ${String(realBytes)}`;
    yield { severity: "damage", code: "segment-account-wrong", ...nobody, text };
  }
  const wanted = new Set(accounts.filter((row) => Number(row["realBytes"]) > 0).map((row) => Number(row["number"])));
  const newest = Math.max(0, ...accounts.map((row) => Number(row["number"])));
  for (const name of readdirSync(directory.segments)) {
    const segment = parseSegmentName(name);
    // A running gateway may be about to point to the newest one.
    if (segment === undefined || wanted.has(segment) || segment >= newest) continue;
    yield leftover(`nothing in segments/${name} is wanted`);
  }
}

function* largeFileFindings({ index, directory }: VerifyParts): Generator<Finding> {
  // The names before the rows: what is there and was kept has its row by then.
  const names = readdirSync(directory.large);
  // What a running gateway writes has no row yet; its sequence numbers are the highest.
  const newestRun = Math.max(0, ...readEpochs(index).map((epoch) => epoch.firstSequence));
  const wanted = isLocked(directory) ? newestRun : Number.POSITIVE_INFINITY;
  const isKept = index.prepare("SELECT 1 FROM message WHERE sequence = ? AND segment = 0");
  for (const name of names) {
    const id = name.endsWith(".age") ? parseUniqueId(name.slice(0, -4)) : undefined;
    if (id === undefined || id.sequence >= wanted || isKept.get(id.sequence) !== undefined) continue;
    if (existsSync(join(directory.large, name))) yield leftover(`no message has large/${name}`);
  }
}

function leftover(text: string): Finding {
  return { severity: "leftover", code: "unwanted-file", ...nobody, text };
}
