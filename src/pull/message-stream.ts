// SPDX-License-Identifier: Apache-2.0
import type { Identity } from "../seal/contract.ts";
import type { SealedSource } from "../store/contract.ts";
import { MessageOpener } from "./message-opener.ts";

/** The sealed octets of a message as a whole. Closes the source. */
export async function readWhole(source: SealedSource): Promise<Buffer> {
  try {
    const { sealedBytes } = source.message;
    const first = await source.read(0, sealedBytes);
    if (first.length === sealedBytes) return first;
    const pieces = [first];
    for (let position = first.length; position < sealedBytes; ) {
      const piece = await source.read(position, sealedBytes - position);
      // What is missing at the end shows when it is opened.
      if (piece.length === 0) break;
      pieces.push(piece);
      position += piece.length;
    }
    return Buffer.concat(pieces);
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
