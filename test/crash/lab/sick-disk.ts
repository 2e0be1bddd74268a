// SPDX-License-Identifier: Apache-2.0
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { runProgram } from "../../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../../support/temporary.ts";
import { waitFor } from "../../support/wait-for.ts";
import { FaultBench, type FaultOptions, type FaultResult, judge } from "./fault-bench.ts";
import { InnerDisk, type OuterDisk } from "./loop-disk.ts";

/** Small enough to be full soon; what is written last is cut short by it. */
const tmpfsBytes = 48 * 1024 * 1024;
const fullMs = 4000;
const times = 4;

/**
 * A disk that becomes full at once, several times, by somebody else's file: in a tmpfs, where the last write is a short one.
 * The look at the reserve, once a second, comes too late for some, so that writes meet the end of the disk.
 */
export async function fillDisk({ seed, tell }: FaultOptions): Promise<FaultResult> {
  const directory = await temporaryDirectory("full");
  await runProgram("mount", ["-t", "tmpfs", "-o", `size=${tmpfsBytes}`, "tmpfs", directory]);
  try {
    const bench = await FaultBench.start(seed, { dataDirectory: join(directory, "data") });
    try {
      for (let time = 0; time < times; time++) {
        await setTimeout(2000);
        await fillUp(join(directory, "somebody-elses-file"));
      }
      const result = { ...(await judge(bench)), fault: "a disk that becomes full and has space again", failed: times };
      tell(`${result.fault}: ${result.outcome}, ${result.findings.length} findings`);
      return result;
    } finally {
      await bench.remove();
    }
  } finally {
    await runProgram("umount", [directory]);
    await removeDirectory(directory);
  }
}

/** Takes every octet there is, again and again for a while, then gives them back. */
async function fillUp(path: string): Promise<void> {
  const file = await open(path, "w");
  const end = performance.now() + fullMs;
  for (const piece = Buffer.alloc(64 * 1024); performance.now() < end; ) {
    try {
      await file.write(piece);
    } catch {
      await setTimeout(20);
    }
  }
  await file.close();
  await rm(path);
}

/**
 * The file system gives up and becomes read-only, as ext4 does after an error of its journal. It does not become well
 * again by itself: the gateway refuses until somebody has mounted it anew and started it.
 */
export async function abortFileSystem(outer: OuterDisk, { seed, tell }: FaultOptions): Promise<FaultResult> {
  const disk = await InnerDisk.create(outer, "ext4 ordered");
  try {
    const bench = await FaultBench.start(seed, { dataDirectory: join(disk.directory, "data") });
    try {
      await setTimeout(2000);
      await runProgram("mount", ["-o", "remount,abort", disk.directory]);
      await waitFor("somebody to be refused", () => bench.load.troubles.size > 0);
      await setTimeout(fullMs);
      const told = Object.fromEntries(bench.load.troubles);
      const refused = Object.keys(told).some((text) => / 4\d\d /.test(` ${text}`));
      await bench.gateway.kill();
      await disk.mountAgain();
      await bench.gateway.startAgain();
      const judged = await judge(bench);
      const fault = "a file system that aborts and becomes read-only";
      const silent = refused ? [] : ["nobody was told to try again"];
      tell(`${fault}: refused, ${judged.findings.length} findings`);
      return { ...judged, fault, failed: 1, outcome: "refused", findings: [...judged.findings, ...silent] };
    } finally {
      await bench.remove();
    }
  } finally {
    await disk.remove();
  }
}
