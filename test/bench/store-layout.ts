// SPDX-License-Identifier: Apache-2.0

/**
 * Which way to keep small sealed messages? Three layouts, the same worker, the same rows, in one run:
 *
 *   blob      the sealed bytes as a BLOB beside the row, one sync (the write-ahead log of the index)
 *   segment   the sealed bytes appended to a segment file, synced, then the row with its extent; two syncs
 *   log       as `segment`, but the row is committed without a sync (what a log-structured index could save)
 *
 *   node test/bench/store-layout.ts [seconds per case]
 *
 * Printed: messages per second with 20 in flight, CPU of both threads per message, and octets written to the disk per
 * octet kept. The decision taken from it is docs/decisions/0001-payload-layout.md.
 */
import { hash, randomBytes } from "node:crypto";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writevSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isMainThread, parentPort, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";

type Layout = "blob" | "segment" | "log";
interface Job {
  readonly layout: Layout;
  readonly directory: string;
}

const inFlight = 20;
const rounds = 3;

function createIndex(job: Job): DatabaseSync {
  const index = new DatabaseSync(join(job.directory, "index.sqlite"));
  index.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000;
    PRAGMA synchronous = ${job.layout === "log" ? "NORMAL" : "FULL"};
    CREATE TABLE message (mailbox INTEGER, sequence INTEGER, segment INTEGER, offset INTEGER, bytes INTEGER,
      received_at INTEGER, PRIMARY KEY (mailbox, sequence)) WITHOUT ROWID;
    CREATE TABLE payload (sequence INTEGER PRIMARY KEY, sealed BLOB);
    CREATE TABLE ledger (mailbox INTEGER, position INTEGER, sha256 BLOB, hash BLOB,
      PRIMARY KEY (mailbox, position)) WITHOUT ROWID;`);
  return index;
}

/** The store thread: takes what waits, makes it durable together, answers with the count. */
function runStoreThread(job: Job): void {
  const port = parentPort;
  if (port === null) throw new Error("started without a parent");
  const index = createIndex(job);
  const insertRow = index.prepare("INSERT INTO message VALUES (1, ?, ?, ?, ?, ?)");
  const insertPayload = index.prepare("INSERT INTO payload VALUES (?, ?)");
  const insertLedger = index.prepare("INSERT INTO ledger VALUES (1, ?, ?, ?)");
  const segment = openSync(join(job.directory, "00000001.seg"), "w");
  let sequence = 0;
  let offset = 0;
  let head: Buffer = Buffer.alloc(32);

  const keep = (waiting: readonly Buffer[]): void => {
    if (job.layout !== "blob") {
      let written = writevSync(segment, waiting);
      for (const sealed of waiting) written -= sealed.length;
      if (written !== 0) throw new Error("short write");
      fdatasyncSync(segment);
    }
    index.exec("BEGIN");
    for (const sealed of waiting) {
      sequence += 1;
      const digest = hash("sha256", sealed, "buffer");
      head = hash("sha256", Buffer.concat([head, digest]), "buffer");
      if (job.layout === "blob") insertPayload.run(sequence, sealed);
      insertRow.run(sequence, 1, offset, sealed.length, Date.now());
      insertLedger.run(sequence, digest, head);
      offset += sealed.length;
    }
    index.exec("COMMIT");
  };

  port.on("message", (first: Uint8Array[] | "end") => {
    if (first === "end") {
      index.close();
      closeSync(segment);
      port.close();
      return;
    }
    const waiting = first.map((bytes) => Buffer.from(bytes.buffer));
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      const more: Uint8Array[] = next.message;
      for (const bytes of more) waiting.push(Buffer.from(bytes.buffer));
    }
    keep(waiting);
    port.postMessage(waiting.length);
  });
}

function diskBytesWritten(): number {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN; // not Linux, or a kernel without the counters: printed as NaN
  }
}

interface Outcome {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly amplification: number;
}

async function measure(layout: Layout, messageBytes: number, durationMs: number): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), "postern-layout-"));
  const job: Job = { layout, directory };
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  const pattern = randomBytes(messageBytes);
  const send = (count: number): void => {
    const batch = Array.from({ length: count }, () => new Uint8Array(pattern));
    worker.postMessage(
      batch,
      batch.map((bytes) => bytes.buffer),
    );
  };
  const ended = new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
  const before = { cpu: process.cpuUsage(), disk: diskBytesWritten(), at: performance.now() };
  let kept = 0;
  await new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (count: number) => {
      kept += count;
      if (performance.now() - before.at < durationMs) send(count);
      else resolve();
    });
    send(inFlight / 2);
    send(inFlight / 2);
  });
  const elapsedMs = performance.now() - before.at;
  worker.postMessage("end");
  await ended;
  const cpu = process.cpuUsage(before.cpu);
  const disk = diskBytesWritten() - before.disk;
  rmSync(directory, { recursive: true });
  return {
    perSecond: (kept / elapsedMs) * 1000,
    cpuMicroseconds: (cpu.user + cpu.system) / kept,
    amplification: disk / (kept * messageBytes),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const durationMs = Number(process.argv[2] ?? 2) * 1000;
  const layouts: readonly Layout[] = ["blob", "segment", "log"];
  for (const messageBytes of [4 * 1024, 75 * 1024]) {
    const outcomes = new Map<Layout, Outcome[]>(layouts.map((layout) => [layout, []]));
    for (let round = 0; round < rounds; round++) {
      for (const layout of layouts) outcomes.get(layout)?.push(await measure(layout, messageBytes, durationMs));
    }
    const base = median(outcomes.get("blob")?.map((outcome) => outcome.perSecond) ?? []);
    for (const [layout, list] of outcomes) {
      const rate = median(list.map((outcome) => outcome.perSecond));
      const cpu = median(list.map((outcome) => outcome.cpuMicroseconds));
      const amplification = median(list.map((outcome) => outcome.amplification));
      console.log(
        `${messageBytes / 1024} KiB  ${layout.padEnd(8)} ${rate.toFixed(0).padStart(7)}/s  (${(rate / base).toFixed(2)} x blob)` +
          `  ${cpu.toFixed(0).padStart(4)} us CPU each  ${amplification.toFixed(2)} octets written per octet kept`,
      );
    }
  }
}

if (isMainThread) await main();
else {
  const job: Job = workerData;
  runStoreThread(job);
}
