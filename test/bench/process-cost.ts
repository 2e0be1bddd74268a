// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Clock ticks a second of /proc/PID/stat on Linux. */
const ticksPerSecond = 100;

/** CPU milliseconds of a process, of its descendants, and of those of them that have ended, up to now. */
export async function cpuMsOf(pid: number): Promise<number> {
  const all = await processes();
  let ticks = 0;
  const wanted = [pid];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const found = all.get(next);
    if (found === undefined) continue;
    ticks += found.ticks;
    wanted.push(...found.children);
  }
  return (ticks * 1000) / ticksPerSecond;
}

/** Resident octets of a process that is one process. */
export async function residentBytesOf(pid: number): Promise<number> {
  return statusBytes(pid, "VmRSS");
}

/** Anonymous (private) octets of a process: what it would need without shared libraries and the page cache. */
export async function anonymousBytesOf(pid: number): Promise<number> {
  return statusBytes(pid, "RssAnon");
}

/** Calls `read` again and again while `work` runs; returns the largest value. */
export async function peakWhile(read: () => Promise<number>, work: () => Promise<void>): Promise<number> {
  let peak = await read();
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      peak = Math.max(peak, await read());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const watching = watch();
  try {
    await work();
  } finally {
    over.abort();
    await watching;
  }
  return peak;
}

/** What the process keeps once it has nothing to do: the least that is seen within some seconds. */
export async function restingBytes(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 10; look++) {
    await sleep(1000);
    least = Math.min(least, await anonymousBytesOf(pid));
  }
  return least;
}

async function statusBytes(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(kib) * 1024;
}

interface Cost {
  readonly ticks: number;
  readonly children: number[];
}

async function processes(): Promise<ReadonlyMap<number, Cost>> {
  const all = new Map<number, Cost & { readonly parent: number }>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end between the two readings.
    const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
    // The name of the program stands in parentheses and may hold anything (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((at) => Number(fields[at]));
    if (parent === undefined || Number.isNaN(parent)) continue;
    const ticks = (user ?? 0) + (system ?? 0) + (endedUser ?? 0) + (endedSystem ?? 0);
    all.set(Number(name), { ticks, parent, children: [] });
  }
  for (const [pid, { parent }] of all) all.get(parent)?.children.push(pid);
  return all;
}
