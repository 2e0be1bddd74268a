// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import type { MailboxId } from "../../base/ids.ts";
import type { DataDirectory } from "../data-directory.ts";
import type { Epochs } from "../epochs.ts";
import type { LedgerWriter } from "../writer/ledger-writer.ts";
import type { FilePlan } from "./file-plan.ts";
import type { ScannedPayload } from "./payload-scan.ts";
import type { RepairLog } from "./report.ts";

/** What every part of a repair needs. */
export interface RepairParts {
  readonly directory: DataDirectory;
  readonly index: DatabaseSync;
  readonly epochs: Epochs;
  readonly ledger: LedgerWriter;
  readonly payload: ScannedPayload;
  readonly files: FilePlan;
  readonly log: RepairLog;
  readonly atMs: number;
}

export interface RepairedMailbox {
  readonly number: number;
  readonly id: MailboxId;
  /** It was removed, or its row is lost: nothing is adopted into it. */
  readonly gone: boolean;
}
