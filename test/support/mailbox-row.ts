// SPDX-License-Identifier: Apache-2.0
import { generateMailboxId } from "../../src/base/ids.ts";
import type { MailboxRow } from "../../src/store/contract.ts";

/** Of no key: for tests in which nothing is sealed in earnest. */
export const madeUpRecipient = "age1test";

/** A row of the registry with an id of its own, for tests of the store, which looks at little of it. */
export function mailboxRow(change: Partial<MailboxRow> = {}): MailboxRow {
  return {
    id: generateMailboxId(),
    name: "test",
    description: "",
    state: "active",
    createdAtMs: 1,
    recipient: madeUpRecipient,
    identityFile: Buffer.of(1),
    allowedPeers: [],
    requireTls: true,
    settings: {},
    ...change,
  };
}
