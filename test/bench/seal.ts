// SPDX-License-Identifier: Apache-2.0

/**
 * What sealing and unsealing cost: CPU microseconds a message, ours next to npm `age-encryption` in the same run.
 * The plaintext comes in pieces of 16 KiB, as TLS delivers it.
 *
 *   node test/bench/seal.ts [milliseconds per figure, 300 by default]
 */
import { randomBytes } from "node:crypto";
import { Decrypter, Encrypter } from "age-encryption";
import { generateIdentity, parseIdentity } from "../../src/seal/identity.ts";
import { parseRecipient } from "../../src/seal/keys.ts";
import { createSealer, sealWhole } from "../../src/seal/seal.ts";
import { unsealWhole } from "../../src/seal/unseal.ts";

const figureMs = Number(process.argv[2] ?? 300);
const rounds = 5;
const pieceBytes = 16 * 1024;

/** Median over some rounds of the CPU time that one call takes. */
async function cpuMicroseconds(run: () => unknown): Promise<number> {
  const figures: number[] = [];
  await repeat(run, figureMs / rounds);
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const calls = await repeat(run, figureMs / rounds);
    const { user, system } = process.cpuUsage(before);
    figures.push((user + system) / calls);
  }
  return figures.toSorted((one, other) => one - other)[rounds >> 1] ?? Number.NaN;
}

async function repeat(run: () => unknown, forMs: number): Promise<number> {
  const end = performance.now() + forMs;
  let calls = 0;
  do {
    await run();
    calls += 1;
  } while (performance.now() < end);
  return calls;
}

for (const kind of ["mlkem768x25519", "x25519"] as const) {
  const { identity: text, recipient: recipientText } = generateIdentity(kind);
  const recipient = parseRecipient(recipientText);
  const identity = parseIdentity(text);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipientText);
  const decrypter = new Decrypter();
  decrypter.addIdentity(text.expose().toString("latin1"));

  for (const [label, sizeBytes] of [
    ["4 KiB", 4096],
    ["75 KiB", 75 * 1024],
    ["1 MiB", 1 << 20],
  ] as const) {
    const plaintext = randomBytes(sizeBytes);
    const pieces = Array.from({ length: Math.ceil(sizeBytes / pieceBytes) }, (_, i) =>
      plaintext.subarray(i * pieceBytes, (i + 1) * pieceBytes),
    );
    const sealed = sealWhole(recipient, plaintext);
    const sealUs = await cpuMicroseconds(() => {
      const sealer = createSealer(recipient);
      for (const piece of pieces) sealer.update(piece);
      sealer.finish();
    });
    const unsealUs = await cpuMicroseconds(() => unsealWhole(identity, sealed));
    const theirSealUs = await cpuMicroseconds(() => encrypter.encrypt(plaintext));
    const theirUnsealUs = await cpuMicroseconds(() => decrypter.decrypt(sealed));
    console.log(
      `${kind.padEnd(15)} ${label.padStart(6)}` +
        `  seal ${sealUs.toFixed(0).padStart(5)} µs (age-encryption ${theirSealUs.toFixed(0).padStart(6)}, ${(theirSealUs / sealUs).toFixed(0)}×)` +
        `  unseal ${unsealUs.toFixed(0).padStart(5)} µs (${theirUnsealUs.toFixed(0).padStart(6)}, ${(theirUnsealUs / unsealUs).toFixed(0)}×)`,
    );
  }
}
