// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

interface Shown {
  readonly origin: string;
  readonly challenge: string;
  /** Whether the person was asked for finger, face or PIN. */
  readonly verified?: boolean;
}

/** An authenticator with one key, by the words of WebAuthn Level 2: §6.1 authenticator data, §6.5.4 "none" attestation. */
export class SoftwarePasskey {
  readonly #id = randomBytes(16);
  readonly #site: string;
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  #counter = 0;

  constructor(site: string) {
    this.#site = site;
    this.#keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  }

  /** What `navigator.credentials.create` would give. */
  create(shown: Shown): Readonly<Record<string, unknown>> {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.#id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.#id, this.#coseKey()]);
    const authData = Buffer.concat([this.#authenticatorData(0x40, shown), attested]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cborText("fmt"),
      cborText("none"),
      cborText("attStmt"),
      Buffer.from([0xa0]),
      cborText("authData"),
      cborBytes(authData),
    ]);
    return this.#answer({
      clientDataJSON: clientData("webauthn.create", shown).toString("base64url"),
      attestationObject: attestationObject.toString("base64url"),
      transports: ["internal"],
    });
  }

  /** What `navigator.credentials.get` would give. */
  get(shown: Shown): Readonly<Record<string, unknown>> {
    this.#counter += 1;
    const authenticatorData = this.#authenticatorData(0, shown);
    const client = clientData("webauthn.get", shown);
    const signed = Buffer.concat([authenticatorData, createHash("sha256").update(client).digest()]);
    return this.#answer({
      clientDataJSON: client.toString("base64url"),
      authenticatorData: authenticatorData.toString("base64url"),
      signature: sign("sha256", signed, this.#keys.privateKey).toString("base64url"),
    });
  }

  #answer(response: object): Readonly<Record<string, unknown>> {
    const id = this.#id.toString("base64url");
    return { id, rawId: id, type: "public-key", response, clientExtensionResults: {} };
  }

  #authenticatorData(flags: number, { verified = true }: Shown): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    const site = createHash("sha256").update(this.#site).digest();
    return Buffer.concat([site, Buffer.from([flags | 0x01 | (verified ? 0x04 : 0)]), counter]);
  }

  /** RFC 9053 §7.1.1: {1: 2, 3: -7, -1: 1, -2: x, -3: y}. */
  #coseKey(): Buffer {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]);
    return Buffer.concat([
      head,
      cborBytes(Buffer.from(x, "base64url")),
      Buffer.from([0x22]),
      cborBytes(Buffer.from(y, "base64url")),
    ]);
  }
}

function clientData(type: string, { challenge, origin }: Shown): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

/** RFC 8949 §3.1: short texts, and bytes up to 255. */
function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}

function cborBytes(bytes: Buffer): Buffer {
  const head = bytes.length < 24 ? [0x40 + bytes.length] : [0x58, bytes.length];
  return Buffer.concat([Buffer.from(head), bytes]);
}
