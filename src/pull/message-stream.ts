// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from "node:timers/promises";
import type { Identity } from "../seal/contract.ts";
import type { SealedSource } from "../store/contract.ts";
import { MessageOpener } from "./message-opener.ts";

/** Sealed octets that are opened in one go: four chunks take half a millisecond, then others have their turn. */
const stepBytes = 256 * 1024;

/** A message that is there as a whole: one read, and all of it opened, or an error and nothing. Closes the source. */
export async function openWhole(source: SealedSource, identity: Identity): Promise<readonly Buffer[]> {
  try {
    const { message } = source;
    const opener = new MessageOpener(message, identity);
    const out: Buffer[] = [];
    for (let position = 0; position < message.sealedBytes; ) {
      const sealed = await source.read(position, message.sealedBytes - position);
      if (sealed.length === 0) break;
      for (let at = 0; at < sealed.length; at += stepBytes) {
        if (at > 0) await setImmediate();
        out.push(...opener.update(sealed.subarray(at, at + stepBytes)));
      }
      position += sealed.length;
    }
    out.push(...opener.finish());
    return out;
  } finally {
    source.close();
  }
}

export interface PieceReading {
  /** Sealed octets that are read at once. */
  readonly bytes: number;
  /** The next piece is read while the one before is being used; not when probably the first is enough. */
  readonly ahead: boolean;
}

/**
 * A message in pieces, each as soon as it is authentic. Closes the source at the end, and when the reader gives up.
 */
export async function* openInPieces(
  source: SealedSource,
  identity: Identity,
  reading: PieceReading,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    const opener = new MessageOpener(source.message, identity);
    const { sealedBytes } = source.message;
    let ahead: Promise<Buffer> | undefined;
    for (let position = 0; position < sealedBytes; ) {
      const sealed = await (ahead ?? source.read(position, reading.bytes));
      if (sealed.length === 0) break;
      position += sealed.length;
      ahead = reading.ahead && position < sealedBytes ? readAhead(source, position, reading.bytes) : undefined;
      yield* opener.update(sealed);
    }
    yield* opener.finish();
  } finally {
    source.close();
  }
}

function readAhead(source: SealedSource, position: number, bytes: number): Promise<Buffer> {
  const read = source.read(position, bytes);
  // Whoever awaits it gets the error; after an earlier error nobody does.
  read.catch(() => undefined);
  return read;
}
