// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import type { AuditEntry } from "./contract.ts";

/** What the first entry of the audit trail is chained to. */
export function auditGenesis(): Buffer {
  return hash("sha256", "postern audit 1", "buffer");
}

/** SHA-256 over the hash before, then the entry as a JSON array without white space, in UTF-8. */
export function auditHash(previous: Uint8Array, position: number, entry: AuditEntry): Buffer {
  const { atMs, actor, origin, action, subject, before, after } = entry;
  const text = JSON.stringify([position, atMs, actor, origin, action, subject, before, after]);
  return hash("sha256", Buffer.concat([previous, Buffer.from(text, "utf8")]), "buffer");
}
