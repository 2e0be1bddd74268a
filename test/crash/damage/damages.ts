// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { recordHeaderBytes } from "../../../src/store/record.ts";
import { type KnownDirectory, type KnownMessage, liveIndex } from "./fill.ts";

/** What was done to a data directory, and what of it may be lost for that. */
export interface Damage {
  readonly kind: string;
  readonly text: string;
  /** Messages whose sealed octets were hit. */
  readonly hit: readonly KnownMessage[];
  /** Addenda, registry rows or accounts may be lost, messages not. */
  readonly loses: "nothing" | "addenda" | "rows";
}

/** Numbers below 1 that a seed decides: the same seed, the same damage. */
export type Random = () => number;

/** Marsaglia's xorshift, 32 bits. */
export function randomOf(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

type Kind = (data: string, known: KnownDirectory, random: Random) => Omit<Damage, "kind">;

/** Each kind of damage, by name. */
export const damageKinds: Readonly<Record<string, Kind>> = {
  "bit in a segment": (data, known, random) => bitIn(data, known, pick(segments(data), random), random),
  "bit in a record header": (data, known, random) => {
    const message = pick(
      known.messages.filter(({ segment }) => segment > 0),
      random,
    );
    const path = segmentFile(message.segment);
    flip(join(data, path), message.offset + Math.floor(random() * recordHeaderBytes), random);
    return { text: `a bit in the header of ${message.uniqueId}`, hit: [], loses: "nothing" };
  },
  "bit in a large file": (data, known, random) => bitIn(data, known, pick(largeFiles(data), random), random),
  "page of a segment zeroed": (data, known, random) => {
    const path = pick(segments(data), random);
    const from = Math.floor((random() * statSync(join(data, path)).size) / 4096) * 4096;
    const bytes = Math.min(4096, statSync(join(data, path)).size - from);
    overwrite(join(data, path), from, Buffer.alloc(bytes));
    return {
      text: `${path}, ${bytes} octets from ${from} zeroed`,
      hit: hitBy(known, path, from, bytes),
      loses: "nothing",
    };
  },
  "segment cut off": (data, known, random) => cutOff(data, known, pick(segments(data), random), random),
  "large file cut off": (data, known, random) => cutOff(data, known, pick(largeFiles(data), random), random),
  "segment deleted": (data, known, random) => remove(data, known, pick(segments(data), random)),
  "large file deleted": (data, known, random) => remove(data, known, pick(largeFiles(data), random)),
  "two segments swapped": (data, _known, random) => {
    const names = segments(data);
    const a = pick(names, random);
    const b = pick(
      names.filter((name) => name !== a),
      random,
    );
    renameSync(join(data, a), join(data, "swap"));
    renameSync(join(data, b), join(data, a));
    renameSync(join(data, "swap"), join(data, b));
    return { text: `${a} and ${b} swapped`, hit: [], loses: "nothing" };
  },
  "bit in the index": (data, _known, random) => {
    const at = Math.floor(random() * statSync(join(data, "index.sqlite")).size);
    flip(join(data, "index.sqlite"), at, random);
    return { text: `a bit of index.sqlite at ${at}`, hit: [], loses: "addenda" };
  },
  "page of the index zeroed": (data, _known, random) => {
    const page = Math.floor((random() * statSync(join(data, "index.sqlite")).size) / 4096);
    overwrite(join(data, "index.sqlite"), page * 4096, Buffer.alloc(4096));
    return { text: `page ${page + 1} of index.sqlite zeroed`, hit: [], loses: "addenda" };
  },
  "bit in the log of the index": (data, known, random) => {
    for (const suffix of ["", "-wal"])
      copyFileSync(join(liveIndex(known.root), `index.sqlite${suffix}`), join(data, `index.sqlite${suffix}`));
    const log = join(data, "index.sqlite-wal");
    const at = Math.floor(random() * statSync(log).size);
    flip(log, at, random);
    return { text: `a bit of index.sqlite-wal at ${at}`, hit: [], loses: "addenda" };
  },
  "log of the index deleted": (data, known) => {
    const name = "index.sqlite";
    copyFileSync(join(liveIndex(known.root), name), join(data, name));
    rmSync(join(data, `${name}-wal`), { force: true });
    writeFileSync(join(data, `${name}-shm`), "");
    return { text: "index.sqlite-wal deleted after a kill", hit: [], loses: "addenda" };
  },
  "index cut off": (data, _known, random) => {
    const bytes = Math.floor(random() * statSync(join(data, "index.sqlite")).size);
    truncateSync(join(data, "index.sqlite"), bytes);
    return { text: `index.sqlite cut off at ${bytes}`, hit: [], loses: "addenda" };
  },
  "index deleted": (data) => {
    rmSync(join(data, "index.sqlite"));
    return { text: "index.sqlite deleted", hit: [], loses: "addenda" };
  },
  "field of a row changed": (data, _known, random) => {
    const [sql] = [pick(changes, random)];
    inIndex(data, sql, random);
    return { text: sql, hit: [], loses: sql.includes("addendum") ? "addenda" : "nothing" };
  },
  "accounts of segments lost": (data, _known, random) => {
    inIndex(data, pick(["DELETE FROM segment", "UPDATE segment SET live_bytes = 0"], random), random);
    return { text: "accounts of segments wrong", hit: [], loses: "nothing" };
  },
  "bit in a copy of the registry": (data, _known, random) => {
    const path = pick(readdirSync(join(data, "mailboxes")), random);
    const file = join(data, "mailboxes", path);
    flip(file, Math.floor(random() * statSync(file).size), random);
    return { text: `a bit of mailboxes/${path}`, hit: [], loses: "nothing" };
  },
  "bit in the accounts": (data, _known, random) => {
    const path = join(data, "accounts.sqlite");
    if (!existsSync(path)) return { text: "there are no accounts", hit: [], loses: "nothing" };
    const at = Math.floor(random() * statSync(path).size);
    flip(path, at, random);
    return { text: `a bit of accounts.sqlite at ${at}`, hit: [], loses: "rows" };
  },
};

/** Each of them a bit or two of damage that SQLite does not see. `?` is a number below 1. */
const changes = [
  "UPDATE message SET content_bytes = content_bytes + 256 WHERE rowhash",
  "UPDATE message SET state = state + 4 WHERE rowhash",
  "UPDATE message SET offset = offset + 16 WHERE rowhash",
  "UPDATE message SET segment = segment + 1 WHERE rowhash",
  "UPDATE message SET sealed_bytes = sealed_bytes + 1024 WHERE rowhash",
  "UPDATE message SET ledger_position = ledger_position + 1 WHERE rowhash",
  "UPDATE message SET source = 2 WHERE rowhash",
  "DELETE FROM message WHERE rowhash",
  "UPDATE ledger SET sha256 = zeroblob(32) WHERE rowhash AND sequence IS NOT NULL",
  "UPDATE ledger SET event = 'removed' WHERE rowhash AND event = 'accepted'",
  "UPDATE ledger SET at = at + 1 WHERE rowhash",
  "DELETE FROM ledger WHERE rowhash",
  "DELETE FROM ledger WHERE position > 20",
  "DELETE FROM ledger",
  "UPDATE ledger SET hash = zeroblob(32) WHERE rowhash",
  "UPDATE addendum SET sealed = x'00' WHERE number = 1",
  "UPDATE mailbox SET identity_file = x'00' WHERE number = 1",
  "UPDATE mailbox SET id = 'mbx-00000000000000000000000000000000' WHERE number = 1",
  "UPDATE mailbox SET settings = '{' WHERE number = 2",
  "UPDATE mailbox SET number = 9 WHERE number = 1",
  "DELETE FROM mailbox WHERE number = 2",
  "UPDATE epoch SET name = 'aaaaaaaa' WHERE first_sequence = (SELECT max(first_sequence) FROM epoch)",
  "DELETE FROM epoch",
  "UPDATE tally SET messages = messages + 64",
  "DELETE FROM tally",
] as const;

function inIndex(data: string, sql: string, random: Random): void {
  const index = new DatabaseSync(join(data, "index.sqlite"));
  const table = /^(?:UPDATE|DELETE FROM) (\w+)/.exec(sql)?.[1] ?? "";
  const key = table === "message" ? "sequence" : "position";
  const rows = sql.includes("rowhash")
    ? index
        .prepare(
          `SELECT mailbox, ${key} AS key FROM ${table} ${sql.includes("'accepted'") ? "WHERE event = 'accepted'" : ""}`,
        )
        .all()
    : [];
  const row = rows.length === 0 ? undefined : pick(rows, random);
  index.exec(sql.replace("rowhash", `mailbox = ${String(row?.["mailbox"])} AND ${key} = ${String(row?.["key"])}`));
  index.close();
}

/** Each kind in turn, unless it is said: chance is for where. */
export function chooseDamage(
  data: string,
  known: KnownDirectory,
  { seed, kind: wanted }: { readonly seed: number; readonly kind?: string | undefined },
): Damage {
  const names = Object.keys(damageKinds);
  const kind = wanted ?? names[seed % names.length] ?? "";
  const damage = damageKinds[kind];
  if (damage === undefined) throw new Error(`no kind of damage is called ${kind}; there are ${names.join(", ")}`);
  return { kind, ...damage(data, known, randomOf(seed)) };
}

function segments(data: string): readonly string[] {
  return readdirSync(join(data, "segments"))
    .toSorted()
    .map((name) => join("segments", name));
}

function largeFiles(data: string): readonly string[] {
  return readdirSync(join(data, "large"))
    .toSorted()
    .map((name) => join("large", name));
}

function segmentFile(segment: number): string {
  return join("segments", `${String(segment).padStart(8, "0")}.seg`);
}

function bitIn(data: string, known: KnownDirectory, path: string, random: Random): Omit<Damage, "kind"> {
  const at = Math.floor(random() * statSync(join(data, path)).size);
  flip(join(data, path), at, random);
  return { text: `a bit of ${path} at ${at}`, hit: hitBy(known, path, at, 1), loses: "nothing" };
}

function cutOff(data: string, known: KnownDirectory, path: string, random: Random): Omit<Damage, "kind"> {
  const { size } = statSync(join(data, path));
  const bytes = Math.floor(random() * size);
  truncateSync(join(data, path), bytes);
  return { text: `${path} cut off at ${bytes}`, hit: hitBy(known, path, bytes, size - bytes), loses: "nothing" };
}

function remove(data: string, known: KnownDirectory, path: string): Omit<Damage, "kind"> {
  const { size } = statSync(join(data, path));
  rmSync(join(data, path));
  return { text: `${path} deleted`, hit: hitBy(known, path, 0, size), loses: "nothing" };
}

/** Messages with sealed octets in a stretch of a file. Header and trailer are not theirs. */
function hitBy(known: KnownDirectory, path: string, from: number, bytes: number): readonly KnownMessage[] {
  return known.messages.filter(({ segment, offset, sealedBytes, uniqueId }) => {
    const file = segment === 0 ? join("large", `${uniqueId}.age`) : segmentFile(segment);
    const start = segment === 0 ? 0 : offset + recordHeaderBytes;
    return file === path && from < start + sealedBytes && from + bytes > start;
  });
}

function flip(path: string, at: number, random: Random): void {
  const octets = readFileSync(path);
  octets.writeUInt8((octets[at] ?? 0) ^ (1 << Math.floor(random() * 8)), at);
  writeFileSync(path, octets);
}

function overwrite(path: string, at: number, octets: Buffer): void {
  const descriptor = openSync(path, "r+");
  writeSync(descriptor, octets, 0, octets.length, at);
  closeSync(descriptor);
}

function pick<T>(from: readonly T[], random: Random): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error("there is nothing to choose from");
  return chosen;
}
