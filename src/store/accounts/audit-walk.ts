// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import { auditGenesis, auditHash } from "./audit-chain.ts";
import type { AuditRow } from "./contract.ts";

/** Where the chain of the trail does not hold. */
export interface AuditBreak {
  readonly kind: "changed" | "missing";
  readonly first: number;
  readonly last: number;
  /** How a changed entry looks now. */
  readonly mark: string;
  /** A later entry of a repair tells of it. */
  known: boolean;
}

/** The action of the entry by which a repair tells what it did. */
export const repairAction = "data.repaired";

/** Recomputes the chain, as `LedgerWalk` does for a ledger. */
export class AuditWalk {
  readonly breaks: AuditBreak[] = [];
  #previous: Uint8Array = auditGenesis();
  #position = 0;

  take(row: AuditRow): void {
    if (row.position !== this.#position + 1)
      this.breaks.push({ kind: "missing", first: this.#position + 1, last: row.position - 1, mark: "", known: false });
    this.#position = row.position;
    const written = Buffer.from(row.hash, "hex");
    const right = auditHash(this.#previous, row.position, row);
    if (!right.equals(written)) {
      const mark = hash("sha256", Buffer.concat([right, written])).slice(0, 8);
      this.breaks.push({ kind: "changed", first: row.position, last: row.position, mark, known: false });
    }
    this.#previous = written;
    if (row.action !== repairAction) return;
    const told = new Set((row.after ?? "").match(/\d+=[0-9a-f]{8}|\d+-\d+/g) ?? []);
    for (const each of this.breaks) if (told.has(describeAuditBreak(each))) each.known = true;
  }
}

/** As the entry of a repair names it. */
export function describeAuditBreak({ kind, first, last, mark }: AuditBreak): string {
  return kind === "changed" ? `${first}=${mark}` : `${first}-${last}`;
}
