// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { SecretBytes } from "../../src/base/secret.ts";
import { generateIdentity, parseIdentity, recipientOf, unwrapIdentity, wrapIdentity } from "../../src/seal/identity.ts";
import { parseRecipient } from "../../src/seal/keys.ts";
import { createSealer } from "../../src/seal/seal.ts";
import { createUnsealer } from "../../src/seal/unseal.ts";
import { keyKinds, plaintextSizes, samplePlaintext } from "./sealed-samples.ts";

const generateTheirs = { mlkem768x25519: generateHybridIdentity, x25519: generateX25519Identity } as const;

describe("npm age-encryption, the other implementation", () => {
  for (const kind of keyKinds) {
    it(`derives the same recipient from an identity (${kind})`, async () => {
      const theirs = await generateTheirs[kind]();
      assert.equal(recipientOf(SecretBytes.fromText(theirs)), await identityToRecipient(theirs));
      const ours = generateIdentity(kind);
      assert.equal(await identityToRecipient(ours.identity.expose().toString("latin1")), ours.recipient);
    });

    for (const sizeBytes of plaintextSizes) {
      it(`opens what we seal (${kind}, ${sizeBytes} bytes)`, async () => {
        const { identity, recipient } = generateIdentity(kind);
        const plaintext = samplePlaintext(sizeBytes);
        const sealer = createSealer(parseRecipient(recipient));
        const sealed = Buffer.concat([...sealer.update(plaintext), ...sealer.finish()]);
        const decrypter = new Decrypter();
        decrypter.addIdentity(identity.expose().toString("latin1"));
        assert.ok(plaintext.equals(await decrypter.decrypt(sealed)));
      });

      it(`seals what we open (${kind}, ${sizeBytes} bytes)`, async () => {
        const text = await generateTheirs[kind]();
        const plaintext = samplePlaintext(sizeBytes);
        const encrypter = new Encrypter();
        encrypter.addRecipient(await identityToRecipient(text));
        const sealed = await encrypter.encrypt(plaintext);
        const unsealer = createUnsealer([parseIdentity(SecretBytes.fromText(text))]);
        assert.ok(plaintext.equals(Buffer.concat([...unsealer.update(sealed), ...unsealer.finish()])));
      });
    }

    it(`opens our identity file with the passphrase (${kind})`, async () => {
      const { identity } = generateIdentity(kind);
      const file = await wrapIdentity(identity, SecretBytes.fromText("pass phrase ä"), 10);
      const decrypter = new Decrypter();
      decrypter.addPassphrase("pass phrase ä");
      assert.equal(await decrypter.decrypt(file, "text"), `${identity.expose().toString("latin1")}\n`);
    });

    it(`writes an identity file that we open (${kind})`, async () => {
      const { identity, recipient } = generateIdentity(kind);
      const encrypter = new Encrypter();
      encrypter.setPassphrase("pass phrase ä");
      encrypter.setScryptWorkFactor(10);
      const text = `# created by hand\r\n# public key: ${recipient}\n\n${identity.expose().toString("latin1")}`;
      const file = await encrypter.encrypt(text);
      const opened = await unwrapIdentity(file, SecretBytes.fromText("pass phrase ä"), { maxLogN: 10 });
      assert.equal(opened.recipient, recipient);
    });
  }

  it("seals to several recipients, of whom we are the last", async () => {
    const { identity, recipient } = generateIdentity("mlkem768x25519");
    const encrypter = new Encrypter();
    for (let i = 0; i < 3; i++) encrypter.addRecipient(generateIdentity("mlkem768x25519").recipient);
    encrypter.addRecipient(recipient);
    const sealed = await encrypter.encrypt("hello");
    const unsealer = createUnsealer([parseIdentity(generateIdentity("x25519").identity), parseIdentity(identity)]);
    assert.equal(Buffer.concat([...unsealer.update(sealed), ...unsealer.finish()]).toString(), "hello");
  });
});
