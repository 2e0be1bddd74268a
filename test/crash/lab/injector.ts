// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../../support/wait-for.ts";
import { type FailingCall, syncThatFailsFirst, targets } from "./failing-call.ts";

/** A system call that strace saw. */
export interface SeenCall {
  readonly name: string;
  readonly path: string;
  readonly injected: boolean;
}

/** strace on a running process: has chosen calls fail, and writes down every write and sync of the same files. */
export class Injector {
  readonly #child: ChildProcess;
  readonly #directory: string;
  #problems = "";

  private constructor(child: ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
    child.stderr?.on("data", (text: Buffer) => (this.#problems += text.toString()));
  }

  /** Attaches to every thread of a process; from then on the calls are counted. */
  static async attach(pid: number, failing: FailingCall, data: string): Promise<Injector> {
    const directory = await mkdtemp(join(tmpdir(), "postern-strace-"));
    const { call, error, nth, stays } = failing;
    const paths = targets[failing.target].paths(data).flatMap((path) => ["-P", path]);
    const trace = new Set([...call.split(","), "write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync"]);
    const failsFirst = syncThatFailsFirst(failing);
    const when = stays ? `${nth}+` : String(nth);
    const child = spawn(
      "strace",
      [
        // Of the data the first octets are enough.
        "-fy",
        "-s8",
        `-p${pid}`,
        `-o${join(directory, "calls")}`,
        `-etrace=${whereKnown([...trace])}`,
        `-einject=${whereKnown(call.split(","))}:error=${error}:when=${when}`,
        ...(failsFirst === undefined ? [] : [`-einject=${failsFirst}:error=EIO:when=1`]),
        ...paths,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const injector = new Injector(child, directory);
    await waitFor("strace to be attached", () => {
      if (child.exitCode !== null) throw new Error(`strace does not attach: ${injector.#problems}`);
      return injector.#problems.includes("attached");
    });
    return injector;
  }

  async calls(): Promise<readonly SeenCall[]> {
    return parseCalls(await readFile(join(this.#directory, "calls"), "utf8"));
  }

  /** The disk is well again. */
  async detach(): Promise<readonly SeenCall[]> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGINT");
      await gone;
    }
    const calls = await this.calls();
    await rm(this.#directory, { recursive: true });
    return calls;
  }
}

/** Not every machine has every call: on arm64 there is no `rename`, and the C library takes `renameat`. */
function whereKnown(calls: readonly string[]): string {
  return calls.map((call) => `?${call}`).join(",");
}

/** What strace wrote with `-f -y`; a call that another thread interrupted stands in two lines. */
function parseCalls(text: string): readonly SeenCall[] {
  const unfinished = new Map<string, string>();
  return text.split("\n").flatMap((line) => {
    const [, thread = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith("<unfinished ...>")) {
      unfinished.set(thread, rest);
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const whole = resumed === undefined ? rest : `${unfinished.get(thread) ?? ""}${resumed}`;
    const name = /^(\w+)\(/.exec(whole)?.[1];
    if (name === undefined) return [];
    const path = /^\w+\(\d+<([^>]*)>/.exec(whole)?.[1] ?? /"([^"]*)"/.exec(whole)?.[1] ?? "";
    return [{ name, path, injected: whole.includes("(INJECTED)") }];
  });
}

/**
 * I1: after a sync has failed the kernel may take the pages for clean, so that a second sync would tell nothing. A file of
 * payload is not touched again at all; a file of the database is not synced again before it was written to again.
 */
export function retriedSyncs(calls: readonly SeenCall[]): readonly string[] {
  const failed = new Set<string>();
  const findings: string[] = [];
  for (const { name, path, injected } of calls) {
    const isSync = name === "fsync" || name === "fdatasync";
    const isPayload = /\.(seg|age)$/.test(path);
    if (failed.has(path) && isPayload && (isSync || name.includes("write")))
      findings.push(`${name} of ${path} after its sync had failed`);
    else if (failed.has(path) && isSync) findings.push(`a second sync of ${path} with nothing written between`);
    if (isSync && injected && (isPayload || path.includes(".sqlite"))) failed.add(path);
    else if (!isPayload && name.includes("write")) failed.delete(path);
  }
  return findings;
}

/** Why strace cannot be attached to a process here, tried out; `undefined` when it can. */
export async function whyNoTracing(): Promise<string | undefined> {
  const traced = spawn("sleep", ["60"], { stdio: "ignore" });
  try {
    const strace = spawn("strace", ["-p", String(traced.pid), "-e", "trace=none"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let text = "";
    strace.stderr.on("data", (part: Buffer) => (text += part.toString()));
    const ended = new Promise<void>((resolve) => {
      strace.once("error", () => resolve());
      strace.once("exit", () => resolve());
      strace.stderr.on("data", () => text.includes("attached") && strace.kill("SIGINT"));
    });
    await ended;
    return text.includes(" attached") ? undefined : `strace cannot be attached: ${text.trim()}`;
  } finally {
    traced.kill("SIGKILL");
  }
}
