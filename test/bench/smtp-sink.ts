// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** An SMTP server that accepts everything and keeps nothing, in a process of its own, with TLS from the first octet. */
export class SmtpSink {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  /** It is `localhost` and `127.0.0.1` by this certificate. */
  static async start(files: { readonly certificateFile: string; readonly keyFile: string }): Promise<SmtpSink> {
    const program = join(import.meta.dirname, "smtp-sink-process.ts");
    const child = spawn(process.execPath, [program, files.certificateFile, files.keyFile], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: child.stdout })) return new SmtpSink(Number(line), child);
    throw new Error("the SMTP sink ended without a word");
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
  }
}
