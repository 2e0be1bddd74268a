// SPDX-License-Identifier: Apache-2.0
import { pino } from "pino";
import { limits } from "../base/limits.ts";

export interface LogDestinationOptions {
  /** Where lines go: 2 is standard error. It stays open. */
  readonly descriptor: number;
  /** What may wait to be written; default `limits.logBufferBytes`. */
  readonly maxBytes?: number;
  /** Told when writing goes on after lines were lost, because more of them waited than may. */
  readonly lost: (lines: number) => void;
}

export interface LogDestination {
  /** Takes a line and returns at once. */
  write(line: string): void;
  /** Resolves when everything is written, or cannot be. Nothing may be written afterwards. */
  close(): Promise<void>;
  /** Writes what waits before the process ends of a fault. Never throws. */
  flushAtExit(): void;
}

/** How long a reader of the log may keep the process from ending. */
const closeMs = 5_000;
/** The same where nothing but the process's end is left; each try takes 100 ms. */
const triesAtExit = 20;

/**
 * Writes lines off the network thread, one write after the other: whoever reads the log may be slow, and must not
 * keep senders waiting.
 */
export function openLogDestination({ descriptor, maxBytes, lost }: LogDestinationOptions): LogDestination {
  let lostLines = 0;
  let triesLeft = Number.POSITIVE_INFINITY;
  let closed: Promise<void> | undefined;
  const stream = pino.destination({
    dest: descriptor,
    sync: false,
    maxLength: maxBytes ?? limits.logBufferBytes,
    retryEAGAIN: () => --triesLeft > 0,
  });
  stream.on("drop", () => {
    lostLines += 1;
  });
  stream.on("drain", () => {
    if (lostLines === 0) return;
    const lines = lostLines;
    lostLines = 0;
    lost(lines);
  });
  // There is nowhere left to say that the log cannot be written; the next line tries again.
  stream.on("error", () => undefined);
  return {
    write: (line) => stream.write(line),
    close: () => {
      closed ??= endOf(stream);
      return closed;
    },
    flushAtExit: () => {
      if (closed !== undefined) return;
      triesLeft = triesAtExit;
      try {
        stream.flushSync();
      } catch {
        // as above
      }
    },
  };
}

function endOf(stream: ReturnType<typeof pino.destination>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, closeMs);
    for (const event of ["close", "error"]) {
      stream.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
    stream.end();
  });
}
