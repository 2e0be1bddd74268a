// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from "../../base/errors.ts";

/** SQLITE_FULL; the low octet of an extended code is the primary one. */
const sqliteFull = 13;

/** Which of our codes a failed write or sync is: a full disk is worth its own name, it ends by itself. */
export function troubleCode(error: unknown): ErrorCode {
  if (!(error instanceof Error)) return "store/failing";
  if ("code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT")) return "store/disk-low";
  if ("errcode" in error && typeof error.errcode === "number" && (error.errcode & 0xff) === sqliteFull) {
    return "store/disk-low";
  }
  return "store/failing";
}
