// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import type { MailboxRow } from "../store/contract.ts";
import { allowedTargetsOf, mostWaitingBytesOf, purposeOf } from "./mailbox-settings.ts";

type Settings = Pick<MailboxRow, "name" | "description" | "state" | "allowedPeers" | "requireTls" | "settings">;

const versionDigits = 16;

/**
 * A name for the settings of a mailbox as they are now. Whoever changes them may name what was seen, so that a change
 * of somebody else meanwhile is not undone. Mail that comes and goes does not change it.
 */
export function mailboxVersion(row: Settings): string {
  const { name, description, state, allowedPeers, requireTls } = row;
  const text = JSON.stringify([
    name,
    description,
    state,
    allowedPeers,
    requireTls,
    purposeOf(row),
    allowedTargetsOf(row),
    mostWaitingBytesOf(row) ?? null,
  ]);
  return hash("sha256", text, "hex").slice(0, versionDigits);
}
