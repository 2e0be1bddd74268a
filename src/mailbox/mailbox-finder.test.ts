// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { generateIdentity } from "../seal/identity.ts";
import type { MailboxRow } from "../store/contract.ts";
import { MailboxFinder } from "./mailbox-finder.ts";

test("a mailbox is parsed once, and anew when its row changes", () => {
  const row = mailboxRow({ recipient: generateIdentity("x25519").recipient });
  const rows = new Map<string, MailboxRow>([[row.id, row]]);
  const finder = new MailboxFinder({ get: (id) => rows.get(id) });
  assert.equal(finder.find(row.id), finder.find(row.id));
  rows.set(row.id, { ...row, name: "changed" });
  assert.equal(finder.find(row.id)?.name, "changed");
  rows.clear();
  assert.equal(finder.find(row.id), undefined);
});

/** Somebody else removed it: nobody asks this finder again. */
test("a mailbox that nobody asks for any more is forgotten with its row", async () => {
  const rows = new Map<string, MailboxRow>();
  const finder = new MailboxFinder({ get: (id) => rows.get(id) });
  const reference = ((): WeakRef<object> => {
    const row = mailboxRow({ recipient: generateIdentity("x25519").recipient });
    rows.set(row.id, row);
    return new WeakRef(finder.find(row.id) ?? row);
  })();
  rows.clear();
  await collected(reference);
});

/** A reference keeps its target until the turn of the event loop is over. */
async function collected(reference: WeakRef<object>): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  assert.ok(typeof collect === "function");
  for (let turn = 0; turn < 20 && reference.deref() !== undefined; turn++) {
    await setImmediate();
    collect();
  }
  assert.equal(reference.deref(), undefined);
}
