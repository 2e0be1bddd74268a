// SPDX-License-Identifier: Apache-2.0
import type { Identity } from "../../seal/identity.ts";
import type { SealedSource } from "../../store/contract.ts";

/** One export format: takes the messages one after the other. */
export interface MessageWriter {
  /**
   * Writes one message, whole or not at all. Throws what is wrong with this message, and the export goes on with the
   * next one; `cli/cannot-write` ends it.
   */
  write(source: SealedSource): Promise<void>;
  /** Makes durable what was written, and puts it in its place. */
  finish(): Promise<void>;
  /** The export ends early: takes away what nobody can use. */
  abandon(): Promise<void>;
}

export const exportFormats = ["eml", "mbox", "maildir", "age"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What a format works with. */
export interface ExportTarget {
  /** Directory or, for `mbox`, file. */
  readonly path: string;
  /** Opens the messages. `age` hands them out sealed and needs none. */
  readonly identity: Identity;
}
