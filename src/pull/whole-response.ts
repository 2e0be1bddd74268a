// SPDX-License-Identifier: Apache-2.0
import { giveBack } from "../base/give-back.ts";
import { positive } from "../protocol/pop3/response.ts";
import { DotStuffer } from "../protocol/wire/dot-transparency.ts";
import type { Identity } from "../seal/contract.ts";
import { createUnsealer } from "../seal/unseal.ts";
import { ShownPlaintext } from "./message-opener.ts";
import type { MessageFacts } from "./opening-messages.ts";

/**
 * The whole response to RETR, from the status line to the final dot, for a message that is there as a whole. Throws the
 * errors of `seal/`. The memory of `sealed` may be given back afterwards.
 */
export function wholeResponse(
  identity: Identity,
  { message, sealed, status }: { readonly message: MessageFacts; readonly sealed: Buffer; readonly status: string },
): Buffer<ArrayBuffer> {
  const unsealer = createUnsealer([identity]);
  const plaintext = [...unsealer.update(sealed), ...unsealer.finish()];
  const shown = new ShownPlaintext(message);
  const stuffer = new DotStuffer();
  const pieces: Buffer[] = [Buffer.from(positive(status), "latin1")];
  for (const piece of [...shown.pass(plaintext), ...shown.finish()]) pieces.push(...stuffer.update(piece));
  pieces.push(stuffer.finish());
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  const response = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const piece of pieces) {
    response.set(piece, at);
    at += piece.length;
  }
  for (const piece of plaintext) giveBack(piece);
  return response;
}
