// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ErrorCode, hasCode } from "../base/errors.ts";
import { SecretBytes } from "../base/secret.ts";
import { encodeBech32 } from "./bech32.ts";
import {
  generateIdentity,
  parseIdentity,
  recipientOf,
  unwrapIdentity,
  unwrapIdentityText,
  wrapIdentity,
} from "./identity.ts";
import { parseRecipient } from "./keys.ts";
import { sealWithPassphrase, unsealWithPassphrase } from "./passphrase-file.ts";
import { sealWhole } from "./seal.ts";
import { unsealWhole } from "./unseal.ts";

const passphrase = SecretBytes.fromText("correct horse battery staple");
const limit = { maxLogN: 10 } as const;
const code = (wanted: ErrorCode) => (error: unknown) => hasCode(error, wanted);

describe("identities", () => {
  for (const kind of ["mlkem768x25519", "x25519"] as const) {
    const prefix = kind === "x25519" ? "AGE-SECRET-KEY-1" : "AGE-SECRET-KEY-PQ-1";

    it(`are written in upper case and read in either (${kind})`, () => {
      const { identity, recipient } = generateIdentity(kind);
      const text = identity.expose().toString("latin1");
      assert.ok(text.startsWith(prefix));
      assert.equal(text, text.toUpperCase());
      assert.equal(parseIdentity(identity).recipient, recipient);
      assert.equal(recipientOf(SecretBytes.fromText(text.toLowerCase())), recipient);
      assert.equal(String(identity), "[secret]");
    });

    it(`are wrapped, and wrapped again under another passphrase (${kind})`, async () => {
      const { identity, recipient } = generateIdentity(kind);
      const file = await wrapIdentity(identity, passphrase, 10);
      const text = await unwrapIdentityText(file, passphrase, limit);
      assert.deepEqual(text.expose(), identity.expose());
      const other = SecretBytes.fromText("another");
      const opened = await unwrapIdentity(await wrapIdentity(text, other, 9), other, limit);
      assert.equal(opened.recipient, recipient);
      const sealed = sealWhole(parseRecipient(recipient), Buffer.from("hello"));
      assert.equal(unsealWhole(opened, sealed).toString(), "hello");
    });
  }

  it("are refused when mistyped or of another kind", () => {
    const { identity, recipient } = generateIdentity("x25519");
    const text = identity.expose().toString("latin1");
    for (const refused of [text.slice(0, -1), `${text}Q`, recipient, `a${text.slice(1)}`, ""]) {
      assert.throws(() => parseIdentity(SecretBytes.fromText(refused)), code("seal/bad-key"));
    }
  });
});

describe("identities of a wrong length or kind", () => {
  for (const [prefix, bytes] of [
    ["age-secret-key-", 31],
    ["age-secret-key-", 33],
    ["age-secret-key-pq-", 31],
    ["age-secret-key-pq-", 64],
    ["age-plugin-", 32],
  ] as const) {
    it(`are refused: ${prefix}, ${bytes} bytes`, () => {
      const text = SecretBytes.own(encodeBech32(prefix, Buffer.alloc(bytes, 9)));
      assert.throws(() => parseIdentity(text), code("seal/bad-key"));
    });
  }
});

describe("identity.age", () => {
  const { identity } = generateIdentity("x25519");

  it("tells a wrong passphrase from a damaged file", async () => {
    const file = Buffer.from(await wrapIdentity(identity, passphrase, 10));
    await assert.rejects(unwrapIdentity(file, SecretBytes.fromText("wrong"), limit), code("seal/wrong-passphrase"));
    await assert.rejects(unwrapIdentity(file.subarray(0, 100), passphrase, limit), code("seal/damaged-header"));
    await assert.rejects(unwrapIdentity(file.subarray(0, -1), passphrase, limit), code("seal/damaged-payload"));
    const changed = Buffer.from(file);
    const macAt = file.indexOf("\n--- ") + 10;
    changed[macAt] = file[macAt] === 0x41 ? 0x42 : 0x41;
    await assert.rejects(unwrapIdentity(changed, passphrase, limit), code("seal/damaged-header"));
  });

  it("is opened at the work limit and not above it", async () => {
    await unwrapIdentity(await wrapIdentity(identity, passphrase, 9), passphrase, limit);
    await unwrapIdentity(await wrapIdentity(identity, passphrase, 10), passphrase, limit);
    const above = await wrapIdentity(identity, passphrase, 11);
    await assert.rejects(unwrapIdentity(above, passphrase, limit), code("seal/damaged-header"));
    await Promise.all(
      [0, 23, 10.5, Number.NaN].map((logN) => assert.rejects(wrapIdentity(identity, passphrase, logN), RangeError)),
    );
  });

  it("works with the factors that need more memory than Node allows by default", async () => {
    const file = await wrapIdentity(identity, passphrase, 15);
    await unwrapIdentity(file, passphrase, { maxLogN: 15 });
  });

  it("is not a file for a key, and holds one identity", async () => {
    const { recipient } = generateIdentity("x25519");
    const forKey = sealWhole(parseRecipient(recipient), identity.expose());
    await assert.rejects(unwrapIdentity(forKey, passphrase, limit), code("seal/no-identity-match"));
    const line = identity.expose().toString("latin1");
    const contents = ["", "# nothing\n\n", `${line}\n${line}\n`, "something else\n"];
    await Promise.all(
      contents.map(async (content) => {
        const file = await sealWithPassphrase(Buffer.from(content), passphrase, 9);
        await assert.rejects(unwrapIdentity(file, passphrase, limit), code("seal/bad-key"), content);
      }),
    );
  });

  it("does not wrap what is not an identity", async () => {
    await assert.rejects(wrapIdentity(SecretBytes.fromText("hello"), passphrase, 9), code("seal/bad-key"));
  });

  it("leaves the secrets of the caller as they are", async () => {
    const before = Buffer.from(identity.expose());
    const file = await wrapIdentity(identity, passphrase, 9);
    await unwrapIdentity(file, passphrase, limit);
    assert.deepEqual(identity.expose(), before);
    assert.equal((await unsealWithPassphrase(file, passphrase, limit)).toString(), `${before.toString("latin1")}\n`);
  });
});
