// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from "node:buffer";

/** A user name: UTF-8, not empty, without control characters, which would reach logs. `undefined` when it is not one. */
export function readUserName(octets: Buffer): string | undefined {
  if (octets.length === 0 || !isUtf8(octets)) return undefined;
  for (const octet of octets) if (octet < 32 || octet === 127) return undefined;
  return octets.toString("utf8");
}
