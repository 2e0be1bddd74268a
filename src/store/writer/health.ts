// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { ErrorCode } from "../../base/errors.ts";
import { describeError } from "../../base/errors.ts";
import type { DataDirectory } from "../data-directory.ts";
import type { Files } from "./files.ts";
import type { IndexConnection } from "./index-connection.ts";
import { troubleCode } from "./trouble.ts";

export interface Trouble {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Whether the disk takes what we write. Failing ends when a try of our own succeeded, as no other writes are made. */
export class Health {
  readonly #parts: { readonly files: Files; readonly directory: DataDirectory; readonly index: IndexConnection };
  readonly #tell: (failing: boolean, trouble: Trouble) => void;
  #trouble: Trouble = { code: "store/failing", detail: "" };
  #failing = false;

  constructor(
    parts: { readonly files: Files; readonly directory: DataDirectory; readonly index: IndexConnection },
    tell: (failing: boolean, trouble: Trouble) => void,
  ) {
    this.#parts = parts;
    this.#tell = tell;
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** The last thing that went wrong. */
  get trouble(): Trouble {
    return this.#trouble;
  }

  fail(error: unknown): void {
    this.#trouble = { code: troubleCode(error), detail: describeError(error) };
    if (this.#failing) return;
    this.#failing = true;
    this.#tell(true, this.#trouble);
  }

  /** Tries to write again. Tells whether all is well. */
  mend(): boolean {
    if (!this.#failing) return true;
    try {
      if (this.#parts.index.broken) this.#parts.index.reopen();
      this.#probe();
    } catch (error) {
      this.#trouble = { code: troubleCode(error), detail: describeError(error) };
      return false;
    }
    this.#failing = false;
    this.#tell(false, this.#trouble);
    return true;
  }

  /** What a deposit does, with a file of its own: write, sync, name. */
  #probe(): void {
    const { files, directory } = this.#parts;
    const path = join(directory.segments, "probe");
    const descriptor = files.open(path, "w");
    try {
      files.append(descriptor, [Buffer.alloc(64 * 1024)]);
      files.sync(descriptor);
      files.syncDirectory(directory.segments);
    } finally {
      files.close(descriptor);
      files.unlink(path);
    }
  }
}
