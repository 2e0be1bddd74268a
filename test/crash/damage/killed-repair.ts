// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../../support/run-program.ts";

/** A system call of a repair that changes what is on the disk, by the number that it has among those of its name. */
export interface RepairCall {
  readonly name: string;
  /** The first is number 1. */
  readonly nth: number;
}

const changing = [
  "rename",
  "renameat",
  "renameat2",
  "link",
  "linkat",
  "unlink",
  "unlinkat",
  "rmdir",
  "mkdir",
  "mkdirat",
  "ftruncate",
  "pwrite64",
  "fsync",
  "fdatasync",
];
const program = join(import.meta.dirname, "repair-process.ts");
/** What Node.js keeps of compiled modules is written by such calls as well, and not each time. */
const env = { NODE_DISABLE_COMPILE_CACHE: "1" };

/** Repairs a directory and tells every call that changed something, in their order. */
export async function repairCalls(directory: string): Promise<readonly RepairCall[]> {
  const file = `${directory}.calls`;
  const trace = `-etrace=${changing.map((name) => `?${name}`).join(",")}`;
  await runProgram("strace", [`-o${file}`, trace, process.execPath, program, directory], { env });
  const counts = new Map<string, number>();
  const calls = Array.from(readFileSync(file, "utf8").matchAll(/^(\w+)\(/gm), ([, name = ""]) => {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    return { name, nth };
  });
  rmSync(file);
  return calls;
}

/** Has the repair of a directory killed when it comes to this call. Throws when it came to its end. */
export async function killRepairAt(directory: string, { name, nth }: RepairCall): Promise<void> {
  const inject = `-einject=${name}:signal=KILL:when=${nth}`;
  const traced = ["-o/dev/null", `-etrace=${name}`, inject, process.execPath, program, directory];
  // strace ends as the process that it follows does, by the same signal.
  const { code } = await runProgram("strace", traced, { env, accept: [0, -1] });
  if (code === 0) throw new Error(`the repair came to its end before ${name} number ${nth}`);
}
