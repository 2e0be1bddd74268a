// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { SecretBytes } from "../../src/base/secret.ts";
import { generateIdentity, parseIdentity, unwrapIdentity, wrapIdentity } from "../../src/seal/identity.ts";
import { parseRecipient } from "../../src/seal/keys.ts";
import { sealWhole } from "../../src/seal/seal.ts";
import { unsealWhole } from "../../src/seal/unseal.ts";
import { plaintextSizes, samplePlaintext } from "./sealed-samples.ts";

/**
 * The `age` program itself. Debian's (1.1) knows X25519 and passphrases; the hybrid kind came with 1.3, so it is
 * tried only where the program has it. A passphrase is asked on a terminal, which util-linux's `script` provides.
 */
const isCi = process.env.CI !== undefined && process.env.CI !== "";
const hasAge = runs("age", ["--version"]);
const hasScript = runs("script", ["--version"]);
const hasHybrid = hasAge && supportsHybrid();

function runs(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0;
}

function supportsHybrid(): boolean {
  const { recipient } = generateIdentity("mlkem768x25519");
  return spawnSync("age", ["-r", recipient], { input: "x" }).status === 0;
}

/** Skips aloud; on CI a missing program is a failure, so that the check cannot vanish. */
function needs(test: TestContext, isThere: boolean, what: string): boolean {
  if (isThere) return true;
  assert.ok(!isCi, `${what} is missing, and CI must have it`);
  console.log(`SKIPPED: ${what} is missing`);
  test.skip(`${what} is missing`);
  return false;
}

let directory = "";
const path = (name: string) => join(directory, name);

function age(args: readonly string[], input?: Buffer): Buffer {
  return succeeded(spawnSync("age", args, { input, maxBuffer: 1 << 24 }));
}

/** `answers` is what a person would type. */
function ageOnTerminal(args: readonly string[], answers: string): void {
  succeeded(spawnSync("script", ["-qec", ["age", ...args].join(" "), "/dev/null"], { input: answers }));
}

function succeeded(result: SpawnSyncReturns<Buffer>): Buffer {
  assert.equal(result.status, 0, `${result.stdout.toString("latin1", 0, 500)} ${result.stderr.toString()}`);
  return result.stdout;
}

describe("the age program", () => {
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "postern-age-"));
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  for (const kind of ["x25519", "mlkem768x25519"] as const) {
    it(`opens what we seal, and the other way round (${kind})`, (test) => {
      if (!needs(test, hasAge, "the program age")) return;
      if (kind === "mlkem768x25519" && !hasHybrid) {
        // Debian's release is what CI has; the hybrid kind is cross-checked with npm age-encryption there.
        console.log("SKIPPED: this age is older than 1.3 and has no hybrid recipients");
        test.skip("age is older than 1.3");
        return;
      }
      const { identity, recipient } = generateIdentity(kind);
      writeFileSync(path("key.txt"), identity.expose());
      for (const sizeBytes of plaintextSizes) {
        const plaintext = samplePlaintext(sizeBytes);
        const sealed = sealWhole(parseRecipient(recipient), plaintext);
        assert.ok(age(["-d", "-i", path("key.txt")], sealed).equals(plaintext), `ours, ${sizeBytes} bytes`);
        const theirs = age(["-r", recipient], plaintext);
        assert.ok(unsealWhole(parseIdentity(identity), theirs).equals(plaintext), `theirs, ${sizeBytes} bytes`);
      }
    });
  }

  it("opens our identity file with the password and uses what is in it", async (test) => {
    if (!needs(test, hasAge, "the program age")) return;
    if (!needs(test, hasScript, "the program script (util-linux)")) return;
    const { identity, recipient } = generateIdentity("x25519");
    writeFileSync(path("identity.age"), await wrapIdentity(identity, SecretBytes.fromText("correct horse"), 10));
    ageOnTerminal(["-d", "-o", path("opened.txt"), path("identity.age")], "correct horse\n");
    assert.equal(readFileSync(path("opened.txt"), "latin1"), `${identity.expose().toString("latin1")}\n`);
    const sealed = sealWhole(parseRecipient(recipient), Buffer.from("hello"));
    assert.equal(age(["-d", "-i", path("opened.txt")], sealed).toString(), "hello");
  });

  it("writes an identity file that we open", async (test) => {
    if (!needs(test, hasAge, "the program age")) return;
    if (!needs(test, hasScript, "the program script (util-linux)")) return;
    const { identity, recipient } = generateIdentity("x25519");
    writeFileSync(path("plain.txt"), `# made by hand\n${identity.expose().toString("latin1")}\n`);
    ageOnTerminal(["-p", "-o", path("theirs.age"), path("plain.txt")], "correct horse\ncorrect horse\n");
    const file = readFileSync(path("theirs.age"));
    const opened = await unwrapIdentity(file, SecretBytes.fromText("correct horse"), { maxLogN: 18 });
    assert.equal(opened.recipient, recipient);
  });
});
