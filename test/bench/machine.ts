// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { type PeerName, peerPath, peersRoot } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";

export interface Machine {
  readonly cpus: number;
  readonly model: string;
  readonly memoryMiB: number;
  readonly kernel: string;
}

export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cpus: cpus().length,
    model: first?.model.trim() ?? "?",
    memoryMiB: Math.round(totalmem() / (1 << 20)),
    kernel: release(),
  };
}

/** Processes that ran or waited for the disk, over the last minute: 0 on a machine that does nothing else. */
export function loadNow(): number {
  return loadavg()[0] ?? Number.NaN;
}

/** One line: machine, Node.js, load. */
export function printMachine(): void {
  const { cpus: count, model } = describeMachine();
  console.log(`${count} x ${model}, Node ${process.version}, load ${loadNow().toFixed(1)}`);
}

/** Which programs took part; those that are not there are left out. */
export async function describeVersions(): Promise<Readonly<Record<string, string>>> {
  const root = join(import.meta.dirname, "../..");
  const found: readonly (readonly [string, string | undefined])[] = [
    ["postern", await firstMatch("git", ["-C", root, "rev-parse", "--short", "HEAD"], /.+/)],
    ["node", process.version],
    ["postfix", await peerVersion("postconf", ["-d", "-h", "mail_version"], /.+/)],
    ["dovecot", await peerVersion("dovecot", ["--version"], /\S+/)],
    ["nginx", await peerVersion("nginx", ["-v"], /nginx\/(\S+)/)],
    ["smtp-server", packageVersion(join(root, "node_modules/smtp-server"))],
    ["haraka", packageVersion(join(peersRoot, "haraka/node_modules/Haraka"))],
  ];
  return Object.fromEntries(found.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])));
}

async function peerVersion(name: PeerName, args: readonly string[], pattern: RegExp): Promise<string | undefined> {
  try {
    return await firstMatch(peerPath(name), args, pattern);
  } catch {
    return undefined;
  }
}

async function firstMatch(program: string, args: readonly string[], pattern: RegExp): Promise<string | undefined> {
  // nginx says it on standard error.
  const { stdout, stderr } = await runProgram(program, args, { accept: [0, 128] });
  const match = pattern.exec(`${stdout.toString()}${stderr}`);
  return match?.[1] ?? match?.[0];
}

function packageVersion(directory: string): string | undefined {
  try {
    const fields = new Map<string, unknown>(
      Object.entries(JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))),
    );
    return String(fields.get("version"));
  } catch {
    return undefined;
  }
}
