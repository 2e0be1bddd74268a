// SPDX-License-Identifier: Apache-2.0
import type { StatementSync } from "node:sqlite";
import { stateCodes } from "./schema.ts";
import type { Finding, VerifiedMailbox, VerifyParts } from "./verify.ts";

/**
 * Which messages a mailbox must hold, and in which state, by its ledger alone: what came and was not removed. One entry
 * a message that is there, so a mailbox of a million takes some tens of megabytes while it is verified.
 */
export class ExpectedMessages {
  readonly #parts: VerifyParts;
  /** `undefined`: it is there in a state that the ledger does not tell. */
  readonly #states = new Map<number, number | undefined>();
  #lastPosition = 0;

  constructor(parts: VerifyParts) {
    this.#parts = parts;
  }

  /** A row of the ledger, in order. */
  tell(position: number, event: string, sequence: number | undefined): void {
    this.#lastPosition = position;
    if (sequence === undefined) return;
    if (event === "removed" || event === "withdrawn" || event === "damaged") this.#states.delete(sequence);
    else if (event === "recovered") this.#states.set(sequence, undefined);
    else if (event === "accepted" || event === "unknown" || event === "offered")
      this.#states.set(sequence, stateCodes[event]);
  }

  /** Its row is there. The state that it must have; `undefined` when that is not known, or has changed by now. */
  found(sequence: number): number | undefined {
    const state = this.#states.get(sequence);
    this.#states.delete(sequence);
    // A running gateway may have settled it since the ledger was read.
    return state === stateCodes.offered ? undefined : state;
  }

  /** What was not found. */
  *missing(mailbox: VerifiedMailbox): Generator<Finding> {
    const removedSince = this.#prepareRemovedSince();
    for (const sequence of this.#states.keys()) {
      if (removedSince.get(mailbox.number, this.#lastPosition, sequence) !== undefined) continue;
      const uniqueId = this.#parts.epochs.uniqueId(sequence);
      const text = "the ledger says that it came and was not removed, and it has no row";
      yield { severity: "damage", code: "message-missing", mailbox: mailbox.id, uniqueId, text };
    }
  }

  #prepareRemovedSince(): StatementSync {
    return this.#parts.index.prepare(
      "SELECT 1 FROM ledger WHERE mailbox = ? AND position > ? AND sequence = ? AND event IN ('removed', 'withdrawn')",
    );
  }
}
