// SPDX-License-Identifier: Apache-2.0
import { fstatSync, fsyncSync } from "node:fs";
import { errorToJson } from "../admin/json-error.ts";
import { describeError, PosternError } from "../base/errors.ts";
import type { CommandIo } from "./command-io.ts";
import { written } from "./export/output-file.ts";

/** Results go to standard output, everything else to standard error, so that results can be piped on. */
export class Output {
  readonly #io: CommandIo;
  readonly json: boolean;

  constructor(io: CommandIo, json: boolean) {
    this.#io = io;
    this.json = json;
  }

  /** What the command was run for: an object for programs or a text for people. */
  result(value: object, text: string): void {
    this.#io.stdout.write(this.#written(value, text));
  }

  /**
   * A result that must be in somebody's hands before the next step, and the last one of a command: resolves when it has left
   * the process and, if it goes to a file, is synced. Throws `cli/cannot-write`.
   */
  async handOver(value: object, text: string): Promise<void> {
    const { stdout } = this.#io;
    await written(async () => {
      await new Promise<void>((resolve, reject) => {
        // Elsewhere a reader that has gone is no failure. Here the work would be done with nobody to know of it.
        stdout.removeAllListeners("error").on("error", reject);
        stdout.write(this.#written(value, text), (error) => (error ? reject(error) : resolve()));
      });
      if (fstatSync(stdout.fd).isFile()) fsyncSync(stdout.fd);
    });
  }

  #written(value: object, text: string): string {
    return this.json ? `${JSON.stringify(value)}\n` : text.endsWith("\n") ? text : `${text}\n`;
  }

  /** Something a person wants to know by the way. Programs do not get to see it. */
  note(text: string): void {
    if (!this.json) this.#io.stderr.write(`${text}\n`);
  }

  /** Why the command failed; or, for one of many items, what failed about it. */
  error(error: unknown): void {
    this.#io.stderr.write(this.json ? `${JSON.stringify({ error: errorToJson(error) })}\n` : formatError(error));
  }
}

function formatError(error: unknown): string {
  if (error instanceof PosternError) return `postern: ${error.message} [${error.code}]\n`;
  return `postern: ${describeError(error)} [internal/fault]\n`;
}
