// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import type { KeyKind } from "../../src/seal/contract.ts";

export const keyKinds = ["mlkem768x25519", "x25519"] as const satisfies readonly KeyKind[];

/** Sizes on both sides of every boundary of the payload. */
export const plaintextSizes = [0, 1, 4096, 65535, 65536, 65537, 131_071, 131_072, 131_073, 300_000] as const;

export function samplePlaintext(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes);
}
