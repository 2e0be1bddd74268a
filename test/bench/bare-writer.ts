// SPDX-License-Identifier: Apache-2.0

/**
 * How fast the disk is at most: a bare program writes the same octets with as many syncs a message as Postern makes for
 * them. It speaks to nobody, encrypts nothing and keeps no index.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import type { BenchRun } from "./bench-run.ts";
import type { Side } from "./comparison.ts";
import type { IntakePeer } from "./intake-peers.ts";
import { type SourceLoad, sendBySource } from "./smtp-source-load.ts";

export const bareName = "bare program, same syncs";

/** @param postern whose syncs are counted, once, before the first round */
export function bareSide(
  run: BenchRun,
  postern: IntakePeer,
  load: SourceLoad & { readonly warmUpMessages: number },
): Side {
  let syncsPerMessage: number | undefined;
  let perSecond = 0;
  return {
    name: bareName,
    async measure() {
      if (syncsPerMessage === undefined) {
        const syncs = await countSyncs(await postern.pid(), () => sendBySource(postern, load, load.warmUpMessages));
        syncsPerMessage = syncs / load.warmUpMessages;
      }
      const messages = perSecond === 0 ? load.warmUpMessages : Math.max(1, Math.round(perSecond * run.seconds));
      const { seconds, cpuMs } = await write(load.bytes, messages, syncsPerMessage);
      perSecond = messages / seconds;
      const megabytes = (perSecond * load.bytes) / 1e6;
      return { perSecond, megabytes, cpuMs: cpuMs / messages, syncs: syncsPerMessage };
    },
  };
}

async function write(
  bytes: number,
  messages: number,
  syncsPerMessage: number,
): Promise<{ readonly seconds: number; readonly cpuMs: number }> {
  const directory = await temporaryDirectory("bench-bare");
  try {
    const program = join(import.meta.dirname, "bare-writer-process.ts");
    const args = [program, directory, `${bytes}`, `${messages}`, `${syncsPerMessage}`];
    const { stdout } = await runProgram(process.execPath, args);
    const fields = new Map<string, unknown>(Object.entries(JSON.parse(stdout.toString())));
    return { seconds: Number(fields.get("seconds")), cpuMs: Number(fields.get("cpuMs")) };
  } finally {
    await removeDirectory(directory);
  }
}

/** How often a process and its threads ask for a sync while `work` runs. strace slows it down; the rate does not count. */
async function countSyncs(pid: number, work: () => Promise<unknown>): Promise<number> {
  const directory = await temporaryDirectory("bench-strace");
  const out = join(directory, "calls");
  const child = spawn(peerPath("strace"), ["-f", "-e", "trace=fsync,fdatasync,sync", "-p", `${pid}`, "-o", out], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  try {
    // "strace: Process 4711 attached with 13 threads"
    await once(child.stderr, "data");
    await work();
  } finally {
    const gone = once(child, "exit");
    child.kill("SIGINT");
    await gone;
  }
  const calls = await readFile(out, "utf8");
  await removeDirectory(directory);
  return calls.match(/\b(?:fsync|fdatasync|sync)\(/g)?.length ?? 0;
}
