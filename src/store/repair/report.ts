// SPDX-License-Identifier: Apache-2.0
import type { MailboxId, UniqueId } from "../../base/ids.ts";

/** One thing that a repair did, or would do. */
export interface RepairStep {
  readonly code: RepairCode;
  readonly mailbox: MailboxId | undefined;
  readonly uniqueId: UniqueId | undefined;
  /** For people. */
  readonly text: string;
}

/** Stable names; `docs/manual/repair.md` explains each. */
export type RepairCode =
  | "log-mended"
  | "log-lost"
  | "index-rebuilt"
  | "epoch-restored"
  | "mailbox-restored"
  | "mailbox-lost"
  | "ledger-closed"
  | "row-corrected"
  | "row-restored"
  | "record-rewritten"
  | "message-found"
  | "message-adopted"
  | "message-lost"
  | "message-unclear"
  | "addendum-lost"
  | "set-aside"
  | "account-corrected"
  | "accounts-rebuilt"
  | "audit-closed";

/** What a repair says as it goes; every step with a mailbox is also for that mailbox's ledger. */
export class RepairLog {
  readonly steps: RepairStep[] = [];
  readonly #tell: (step: RepairStep) => void;

  constructor(tell: (step: RepairStep) => void) {
    this.#tell = tell;
  }

  add(code: RepairCode, text: string, of: { readonly mailbox?: MailboxId; readonly uniqueId?: UniqueId } = {}): void {
    const step = { code, mailbox: of.mailbox, uniqueId: of.uniqueId, text };
    this.steps.push(step);
    this.#tell(step);
  }

  /** The index as a whole was hit, so that the newest rows of any ledger may be lost. */
  get indexWasHit(): boolean {
    return this.steps.some(({ code }) => code === "index-rebuilt" || code === "log-mended" || code === "log-lost");
  }

  of(mailbox: MailboxId): readonly RepairStep[] {
    return this.steps.filter((step) => step.mailbox === mailbox);
  }
}
