// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync } from "node:fs";
import { describeError } from "../base/errors.ts";
import { type MailboxId, parseMailboxId } from "../base/ids.ts";
import { formatMailboxCopy, lastChange, mailboxCopyPath, readMailboxCopy } from "./mailbox-copy.ts";
import { readMailbox } from "./mailbox-rows.ts";
import type { Finding, VerifyParts } from "./verify.ts";

/**
 * The registry against the copies of its rows. A mailbox's row has the only key to its mail, and nothing else in the index
 * would tell that an octet of it changed.
 */
export function* verifyRegistry(parts: VerifyParts): Generator<Finding> {
  const known = new Set<string>();
  for (const row of parts.index.prepare("SELECT number, id, removed_at AS removedAt FROM mailbox").all()) {
    const id = parseMailboxId(String(row["id"]));
    if (id === undefined) {
      const text = `the id of mailbox ${String(row["number"])} in the registry is none: ${String(row["id"])}`;
      yield finding("mailbox-damaged", undefined, text);
      continue;
    }
    known.add(id);
    if (row["removedAt"] === null) yield* compareWithCopy(parts, Number(row["number"]), id);
  }
  yield* strangers(parts, known);
}

function* compareWithCopy({ index, directory }: VerifyParts, number: number, id: MailboxId): Generator<Finding> {
  const copy = readMailboxCopy(directory, id);
  let inRow: string;
  try {
    const row = readMailbox(index, number);
    // A running gateway may have removed it meanwhile.
    if (row === undefined) return;
    inRow = formatMailboxCopy({ ledgerPosition: copy?.ledgerPosition ?? 0, row });
  } catch (error) {
    return yield finding("mailbox-damaged", id, describeError(error));
  }
  if (copy === undefined) {
    if (!existsSync(mailboxCopyPath(directory, id))) return;
    const text = `mailboxes/${id}.json is damaged; the next start makes it anew`;
    yield { severity: "leftover", code: "copy-damaged", mailbox: id, uniqueId: undefined, text };
  } else if (formatMailboxCopy(copy) !== inRow && copy.ledgerPosition === lastChange(index, number)) {
    yield finding("mailbox-damaged", id, "its row in the registry is not the one that its copy was made of");
  }
}

/** Copies of mailboxes that the registry does not know. */
function* strangers({ directory }: VerifyParts, known: ReadonlySet<string>): Generator<Finding> {
  if (!existsSync(directory.mailboxes)) return;
  for (const name of readdirSync(directory.mailboxes)) {
    const id = parseMailboxId(name.replace(/\.json$/, ""));
    if (id === undefined || known.has(id) || readMailboxCopy(directory, id) === undefined) continue;
    yield finding("mailbox-missing", id, `mailboxes/${name} is there, and the registry does not know the mailbox`);
  }
}

function finding(code: "mailbox-damaged" | "mailbox-missing", mailbox: MailboxId | undefined, text: string): Finding {
  return { severity: "damage", code, mailbox, uniqueId: undefined, text };
}
