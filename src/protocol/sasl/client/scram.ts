// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from "node:buffer";
import { noBytes } from "../../../base/bytes.ts";
import { secretOf } from "../credentials.ts";
import { cancel, respond, type SaslContext, type SaslMechanism, type SaslStep } from "./mechanism.ts";
import { saslPrep } from "./sasl-prep.ts";
import { escapeSaslName } from "./token-mechanisms.ts";

/** RFC 7677 §4 sets the floor: fewer make a captured exchange cheap to search. */
const minIterations = 4096;
/** A hostile upstream must not keep a core of ours busy: this many take some seconds. */
const maxIterations = 10_000_000;
const maxSaltBytes = 1024;

const variants = {
  "SCRAM-SHA-1": { hash: "sha1", keyBytes: 20 },
  "SCRAM-SHA-256": { hash: "sha256", keyBytes: 32 },
} as const;

export type ScramName = keyof typeof variants;

/** GS2 header of RFC 5802 §7: we know no channel binding, and no authorization identity. */
const gs2Header = "n,,";

type State =
  | { readonly name: "first" }
  | { readonly name: "deriving"; readonly serverFirst: string; readonly nonce: string }
  | { readonly name: "proved"; readonly serverSignature: Buffer }
  | { readonly name: "verified" }
  | { readonly name: "failed" };

/** SCRAM (RFC 5802, RFC 7677), client side: the password does not leave, and the server has to prove that it knows it. */
export class ScramMechanism implements SaslMechanism {
  readonly name: ScramName;
  readonly initialResponse: Buffer;
  readonly #context: SaslContext;
  readonly #clientFirstBare: string;
  #state: State = { name: "first" };

  constructor(name: ScramName, context: SaslContext) {
    this.name = name;
    this.#context = context;
    const user = escapeSaslName(saslPrep(context.credentials.userName) ?? context.credentials.userName);
    this.#clientFirstBare = `n=${user},r=${context.nonce}`;
    this.initialResponse = Buffer.from(gs2Header + this.#clientFirstBare, "utf8");
  }

  get mayEnd(): boolean {
    return this.#state.name === "verified";
  }

  get credentialShown(): boolean {
    return this.#state.name === "proved" || this.#state.name === "verified";
  }

  challenge(challenge: Buffer): SaslStep {
    const text = challenge.toString("utf8");
    switch (this.#state.name) {
      case "first":
        return this.#takeServerFirst(text);
      case "proved":
        return this.#takeServerFinal(text, this.#state.serverSignature);
      case "deriving":
      case "verified":
      case "failed":
        return this.#fail("a challenge out of order");
    }
  }

  /** `key` is SaltedPassword of RFC 5802 §3. */
  derived(key: Buffer): SaslStep {
    if (this.#state.name !== "deriving") return this.#fail("a key that was not asked for");
    const { hash } = variants[this.name];
    const { crypto } = this.#context;
    const { serverFirst, nonce } = this.#state;
    const withoutProof = `c=${Buffer.from(gs2Header).toString("base64")},r=${nonce}`;
    const authMessage = Buffer.from(`${this.#clientFirstBare},${serverFirst},${withoutProof}`, "utf8");
    const clientKey = crypto.hmac(hash, key, Buffer.from("Client Key"));
    const clientSignature = crypto.hmac(hash, crypto.hash(hash, clientKey), authMessage);
    const serverKey = crypto.hmac(hash, key, Buffer.from("Server Key"));
    this.#state = { name: "proved", serverSignature: crypto.hmac(hash, serverKey, authMessage) };
    const proof = clientKey.map((octet, at) => octet ^ (clientSignature[at] ?? 0));
    return respond(Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString("base64")}`, "utf8"));
  }

  #takeServerFirst(text: string): SaslStep {
    // RFC 5802 §5.1: `m=` in front is an extension that must be understood; we understand none.
    const fields = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]{0,9})(?:,.*)?$/s.exec(text);
    const [, nonce, salt, iterationText] = fields ?? [];
    if (nonce === undefined || salt === undefined || iterationText === undefined) return this.#fail("server-first");
    const own = this.#context.nonce;
    if (!nonce.startsWith(own) || nonce.length === own.length)
      return this.#fail("the nonce is not an extension of ours");
    const iterations = Number(iterationText);
    if (iterations < minIterations) return this.#fail(`${iterations} iterations are too few`);
    if (iterations > maxIterations) return this.#fail(`${iterations} iterations are too many`);
    const saltBytes = Buffer.from(salt, "base64");
    if (saltBytes.length > maxSaltBytes) return this.#fail("the salt is too long");
    this.#state = { name: "deriving", serverFirst: text, nonce };
    const derivation = { ...variants[this.name], password: this.#password(), salt: saltBytes, iterations };
    return { kind: "derive", derivation };
  }

  #takeServerFinal(text: string, expected: Buffer): SaslStep {
    const [, verifier] = /^v=([A-Za-z0-9+/]+={0,2})(?:,.*)?$/s.exec(text) ?? [];
    // An `e=` message, too, is followed by a refusal, to which the empty response leads.
    if (verifier === undefined) {
      this.#state = { name: "failed" };
      return text.startsWith("e=") ? respond(noBytes) : this.#fail("server-final");
    }
    if (!this.#context.crypto.equal(Buffer.from(verifier, "base64"), expected))
      return this.#fail("the server does not know the password");
    this.#state = { name: "verified" };
    return respond(noBytes);
  }

  #fail(reason: string): SaslStep {
    this.#state = { name: "failed" };
    return cancel(`${this.name}: ${reason}`);
  }

  /** A password that is no UTF-8, or has what RFC 4013 prohibits, goes as its octets: the server may hold it so. */
  #password(): Buffer {
    const octets = secretOf(this.#context.credentials).expose();
    const prepared = isUtf8(octets) ? saslPrep(octets.toString("utf8")) : undefined;
    return prepared === undefined ? Buffer.from(octets) : Buffer.from(prepared, "utf8");
  }
}
