// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { giveBack } from "../base/give-back.ts";
import type { Identity, Unsealer } from "./contract.ts";
import { checkHeaderMac, damagedHeader, HeaderReader, type SealedHeader } from "./header.ts";
import { PayloadReader } from "./payload.ts";

/**
 * Opens one sealed message as it streams in. The identities are tried in order and stay the caller's, who wipes them.
 * What is sealed with a passphrase is opened by `unsealWithPassphrase` in `passphrase-file.ts`.
 */
export function createUnsealer(identities: readonly Identity[]): Unsealer {
  return new MessageUnsealer(identities);
}

/**
 * Opens a sealed message that is there as a whole: all of its plaintext, or an error and nothing.
 * Throws `seal/damaged-header`, `seal/no-identity-match` or `seal/damaged-payload`.
 */
export function unsealWhole(identity: Identity, sealed: Uint8Array): Buffer {
  const unsealer = createUnsealer([identity]);
  const released = [...unsealer.update(sealed), ...unsealer.finish()];
  const [first] = released;
  if (first !== undefined && released.length === 1) return first;
  const plaintext = Buffer.concat(released);
  for (const chunk of released) giveBack(chunk);
  return plaintext;
}

type State =
  | { readonly name: "header"; readonly reader: HeaderReader }
  | { readonly name: "payload"; readonly reader: PayloadReader }
  | { readonly name: "failed"; readonly error: unknown };

class MessageUnsealer implements Unsealer {
  readonly #identities: readonly Identity[];
  #state: State = { name: "header", reader: new HeaderReader() };

  constructor(identities: readonly Identity[]) {
    this.#identities = identities;
  }

  update(sealed: Uint8Array): readonly Buffer[] {
    const state = this.#state;
    if (state.name === "failed") throw state.error;
    return state.name === "header" ? this.#readHeader(state.reader, sealed) : state.reader.update(sealed);
  }

  finish(): readonly Buffer[] {
    const state = this.#state;
    if (state.name === "failed") throw state.error;
    if (state.name === "header") throw this.#fail(damagedHeader("the message is cut off within it"));
    return state.reader.finish();
  }

  #readHeader(reader: HeaderReader, sealed: Uint8Array): readonly Buffer[] {
    try {
      const read = reader.push(sealed);
      if (read === undefined) return [];
      const payload = new PayloadReader(findFileKey(this.#identities, read.header));
      this.#state = { name: "payload", reader: payload };
      return payload.update(read.rest);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #fail(error: unknown): unknown {
    this.#state = { name: "failed", error };
    return error;
  }
}

/** The file key of a header whose MAC it confirms. */
function findFileKey(identities: readonly Identity[], header: SealedHeader): Buffer {
  for (const identity of identities) {
    for (const stanza of header.stanzas) {
      const fileKey = identity.unwrapFileKey(stanza);
      if (fileKey === undefined) continue;
      checkHeaderMac(header, fileKey);
      return fileKey;
    }
  }
  throw new PosternError("seal/no-identity-match");
}
