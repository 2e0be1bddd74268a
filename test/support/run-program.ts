// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The user to run as, by number; the group is the same. */
  readonly uid?: number;
  /** Exit codes that are no failure; 0 alone by default. */
  readonly accept?: readonly number[];
}

/** Runs a program to its end. Throws with its output when it ends with a code that is not accepted. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  // A program that ends without reading its input breaks the pipe; its exit code says more.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const result = { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
  if (!(options.accept ?? [0]).includes(code ?? -1)) {
    const shown = `${result.stdout.toString().slice(-2000)}${result.stderr.slice(-2000)}`;
    throw new Error(`${program} ${args.join(" ")} ended with ${String(code)}:\n${shown}`);
  }
  return result;
}
