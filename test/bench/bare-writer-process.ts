// SPDX-License-Identifier: Apache-2.0

/**
 * Appends messages to a file, a group at a time, and as much of an index to another, each synced in turn. Prints
 * {"seconds","cpuMs"}.
 *
 *   node test/bench/bare-writer-process.ts DIRECTORY BYTES MESSAGES SYNCS-PER-MESSAGE
 */
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync, writevSync } from "node:fs";
import { join } from "node:path";

const [directory = ".", bytes, messages, syncs] = process.argv.slice(2);
const message = Buffer.alloc(Number(bytes), "x");
/** What a message takes in an index and a ledger. */
const indexEntry = Buffer.alloc(300, "i");
const segmentBytes = 64 * 1024 * 1024;
const perMessage = Number(syncs);
/** Two syncs a group: one of the messages, one of the index. */
const group = Math.max(1, Math.floor(2 / perMessage));

const index = openSync(join(directory, "index"), "w");
let segment = openSync(join(directory, "segment"), "w");
let written = 0;
let due = 0;
const from = performance.now();
for (let left = Number(messages); left > 0; left -= group) {
  const now = Math.min(group, left);
  writevSync(
    segment,
    Array.from({ length: now }, () => message),
  );
  written += now * message.length;
  fdatasyncSync(segment);
  // What is left of a sync is made up for by a later group.
  for (due += now * perMessage - 1; due >= 0.5; due -= 1) {
    writeSync(index, Buffer.alloc(indexEntry.length * now, indexEntry));
    fdatasyncSync(index);
  }
  if (written >= segmentBytes) {
    closeSync(segment);
    unlinkSync(join(directory, "segment"));
    segment = openSync(join(directory, "segment"), "w");
    written = 0;
  }
}
const seconds = (performance.now() - from) / 1000;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ seconds, cpuMs: (user + system) / 1000 }));
closeSync(segment);
closeSync(index);
