// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The C library chooses one of them, by machine. */
const renameCalls = "rename,renameat,renameat2";

/** What a failing call is about; each is a set of paths below the data directory. */
export const targets = {
  segment: { paths: segmentPaths, calls: ["openat", "write,writev", "fdatasync", "close"] },
  "directory of segments": {
    paths: (data) => [join(data, "segments"), ...segmentPaths(data)],
    calls: ["openat", "fsync"],
  },
  "large message": { paths: largePaths, calls: ["openat", "pwrite64,pwritev", "fsync", "close", "unlink"] },
  "directory of large messages": { paths: only("large"), calls: ["openat", "fsync"] },
  "log of the index": { paths: only("index.sqlite-wal"), calls: ["pwrite64", "fsync", "ftruncate"] },
  index: { paths: only("index.sqlite"), calls: ["pwrite64", "fsync"] },
  "log of the accounts": { paths: only("accounts.sqlite-wal"), calls: ["pwrite64", "fsync"] },
  "data directory": { paths: only("."), calls: ["statfs"] },
  "copies of mailboxes": { paths: copyPaths, calls: ["openat", "write", renameCalls, "unlink"] },
  "settings of the console": { paths: withNew("settings.toml"), calls: ["openat", "write", "fsync", renameCalls] },
} as const satisfies Readonly<Record<string, Target>>;

interface Target {
  readonly paths: (data: string) => readonly string[];
  /** As strace names them; with a comma any of them. */
  readonly calls: readonly string[];
}

export type TargetName = keyof typeof targets;

export interface FailingCall {
  readonly target: TargetName;
  readonly call: string;
  readonly error: "EIO" | "ENOSPC";
  /** The first call that fails, counted by thread; 1 is the next. */
  readonly nth: number;
  /** It fails from then on, until the disk is well again. */
  readonly stays: boolean;
}

/**
 * The sync that has to fail first, for a call that comes seldom. After a failed sync a segment is closed, and the next one
 * is begun; the log of the index is moved to the database and cut off.
 */
export function syncThatFailsFirst({ target, call }: Pick<FailingCall, "target" | "call">): string | undefined {
  if (target === "log of the index" && call === "ftruncate") return "fsync";
  const isOfSegment = target === "segment" && (call === "openat" || call === "close");
  return isOfSegment || target === "directory of segments" ? "fdatasync" : undefined;
}

/** Every call of every target, with every error that it can have, at each of the given counts and once for a while. */
export function allFailingCalls(counts: readonly number[]): readonly FailingCall[] {
  return targetNames.flatMap((target) =>
    targets[target].calls.flatMap((call) =>
      errorsOf(call).flatMap((error) => {
        // The directory is opened right after the segment in it.
        const nth = target === "directory of segments" && call === "openat" ? 2 : 1;
        const stays = { target, call, error, nth, stays: true };
        if (syncThatFailsFirst(stays) !== undefined) return [{ ...stays, stays: false }, stays];
        return counts.map((count) => ({ target, call, error, nth: count, stays: false })).concat([stays]);
      }),
    ),
  );
}

const targetNames = Object.keys(targets).filter((name): name is TargetName => name in targets);

/** What is opened, written, synced or renamed may find no space; what is closed, unlinked, cut off or looked at does not. */
function errorsOf(call: string): readonly FailingCall["error"][] {
  return ["close", "unlink", "ftruncate", "statfs"].includes(call) ? ["EIO"] : ["EIO", "ENOSPC"];
}

function only(name: string): (data: string) => readonly string[] {
  return (data) => [join(data, name)];
}

/** A file that another one of this name and `.new` is put in place of. */
function withNew(name: string): (data: string) => readonly string[] {
  return (data) => [join(data, name), join(data, `${name}.new`)];
}

/** Of the mailboxes that are there; those that come later have names that nobody knows. */
function copyPaths(data: string): readonly string[] {
  const names = readdirSync(join(data, "mailboxes")).filter((name) => name.endsWith(".json"));
  return names.flatMap((name) => withNew(join("mailboxes", name))(data));
}

/** The segments to come; the newest may be open. */
function segmentPaths(data: string): readonly string[] {
  const newest = Math.max(0, ...readdirSync(join(data, "segments")).map((name) => Number.parseInt(name, 10)));
  return Array.from({ length: 40 }, (_, index) =>
    join(data, "segments", `${String(newest + index).padStart(8, "0")}.seg`),
  );
}

/** The files of the messages to come, if they are large; their names are the unique-ids. */
function largePaths(data: string): readonly string[] {
  const index = new DatabaseSync(join(data, "index.sqlite"), { readOnly: true });
  try {
    const row = index
      .prepare("SELECT name, last_sequence AS last FROM epoch ORDER BY first_sequence DESC LIMIT 1")
      .get();
    const last = Number(row?.["last"]);
    return Array.from({ length: 600 }, (_, at) => {
      const sequence = (last + at).toString(16).padStart(10, "0");
      return join(data, "large", `${String(row?.["name"])}-${sequence}.age`);
    });
  } finally {
    index.close();
  }
}
