// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { type MailboxId, parseMailboxId } from "../../base/ids.ts";
import type { MailboxRow } from "../contract.ts";
import { type DataDirectory, segmentPath } from "../data-directory.ts";
import type { Epochs } from "../epochs.ts";
import { LedgerWalk, readLedgerBlock } from "../ledger-walk.ts";
import { formatMailboxCopy, lastChange, type MailboxCopy, readMailboxCopy } from "../mailbox-copy.ts";
import { insertMailboxSql, mailboxValues, readMailbox, updateMailboxSql } from "../mailbox-rows.ts";
import { readHeaderAt } from "./payload-scan.ts";
import type { RepairLog } from "./report.ts";

/**
 * The registry, mended with the copies of its rows. A row without which mail would belong to nobody is made as that of a
 * removed mailbox when there is no copy: the mail stays, and with its key gone nobody can read it.
 */
export function repairRegistry(
  parts: {
    readonly index: DatabaseSync;
    readonly directory: DataDirectory;
    readonly log: RepairLog;
    readonly atMs: number;
  },
  epochs: Epochs,
): void {
  const registry = new RegistryRepair(parts, epochs);
  registry.mendIds();
  registry.adoptOrphans();
  registry.compareWithCopies();
  registry.restoreFromCopies();
}

class RegistryRepair {
  readonly #index: DatabaseSync;
  readonly #log: RepairLog;
  readonly #atMs: number;
  readonly #directory: DataDirectory;
  readonly #epochs: Epochs;
  readonly #copies: ReadonlyMap<MailboxId, MailboxCopy>;

  constructor(parts: Parameters<typeof repairRegistry>[0], epochs: Epochs) {
    this.#index = parts.index;
    this.#log = parts.log;
    this.#atMs = parts.atMs;
    this.#directory = parts.directory;
    this.#epochs = epochs;
    this.#copies = readCopies(parts.directory);
  }

  /** A row whose id is none, or one that its ledger is not of: the ledger begins with a hash of the id. */
  mendIds(): void {
    for (const row of this.#index.prepare("SELECT number, id FROM mailbox").all()) {
      const number = Number(row["number"]);
      const id = parseMailboxId(String(row["id"]));
      if (id !== undefined && (this.#copies.has(id) || this.#ledgerIsOf(number, id) !== false)) continue;
      const right = this.#find(number);
      if (right === undefined || this.#numberOf(right) !== undefined) continue;
      this.#index.prepare("UPDATE mailbox SET id = ? WHERE number = ?").run(right, number);
      this.#log.add("mailbox-restored", `the registry has its id again, in place of ${String(row["id"])}`, {
        mailbox: right,
      });
    }
  }

  adoptOrphans(): void {
    const numbers = this.#index
      .prepare(
        `SELECT mailbox FROM message WHERE mailbox NOT IN (SELECT number FROM mailbox) UNION
         SELECT mailbox FROM ledger WHERE mailbox NOT IN (SELECT number FROM mailbox)`,
      )
      .all();
    for (const { mailbox } of numbers) {
      const number = Number(mailbox);
      const id = this.#find(number);
      const copy = id === undefined ? undefined : this.#copies.get(id);
      if (id !== undefined && this.#numberOf(id) !== undefined) {
        this.#index.prepare("UPDATE mailbox SET number = ? WHERE id = ?").run(number, id);
        this.#log.add("mailbox-restored", "its row in the registry has its number again", { mailbox: id });
      } else if (copy !== undefined) {
        this.#insert(number, copy.row);
        this.#log.add("mailbox-restored", "its row in the registry was made anew from its copy", {
          mailbox: copy.row.id,
        });
      } else if (id !== undefined) {
        this.#insertGone(number, id);
        const text = "its row in the registry is lost, and there is no copy: its mail stays, and cannot be opened";
        this.#log.add("mailbox-lost", text, { mailbox: id });
      } else
        this.#log.add("mailbox-lost", `rows of a mailbox ${number} belong to nobody, and nothing tells whose they are`);
    }
  }

  compareWithCopies(): void {
    for (const [id, copy] of this.#copies) {
      const number = this.#numberOf(id);
      if (number === undefined || this.#isRemoved(number)) continue;
      const row = this.#readable(number);
      const same =
        row !== undefined &&
        formatMailboxCopy({ ledgerPosition: copy.ledgerPosition, row }) === formatMailboxCopy(copy);
      const last = lastChange(this.#index, number);
      if (same || (row !== undefined && copy.ledgerPosition < last)) continue;
      this.#index.prepare(updateMailboxSql).run(...mailboxValues(copy.row), number);
      const age = copy.ledgerPosition < last ? "; the copy is older than its last change" : "";
      this.#log.add("mailbox-restored", `its row in the registry was mended from its copy${age}`, { mailbox: id });
    }
  }

  /** Copies of mailboxes that the index does not know, oldest first, so that numbers come as they came. */
  restoreFromCopies(): void {
    const unknown = [...this.#copies.values()].filter(({ row }) => this.#numberOf(row.id) === undefined);
    for (const { row } of unknown.toSorted((a, b) => a.row.createdAtMs - b.row.createdAtMs)) {
      this.#index.prepare(insertMailboxSql).run(...mailboxValues(row));
      this.#log.add("mailbox-restored", "its row in the registry was made anew from its copy", { mailbox: row.id });
    }
  }

  #insert(number: number, row: MailboxRow): void {
    this.#index.prepare(insertMailboxSql).run(...mailboxValues(row));
    this.#index.prepare("UPDATE mailbox SET number = ? WHERE id = ?").run(number, row.id);
  }

  #insertGone(number: number, id: MailboxId): void {
    const nothing = { name: "", description: "", recipient: "", identityFile: new Uint8Array(0), createdAtMs: 0 };
    this.#insert(number, { id, ...nothing, state: "suspended", allowedPeers: [], requireTls: true, settings: {} });
    this.#index.prepare("UPDATE mailbox SET removed_at = ? WHERE number = ?").run(this.#atMs, number);
  }

  /** Whose rows have this number: by the beginning of the ledger, else by the header of one of its messages. */
  #find(number: number): MailboxId | undefined {
    for (const id of this.#copies.keys()) if (this.#ownsNothing(id) && this.#ledgerIsOf(number, id) === true) return id;
    const places = this.#index.prepare(
      "SELECT segment, offset FROM message WHERE mailbox = ? AND segment > 0 LIMIT 100",
    );
    for (const { segment, offset } of places.all(number)) {
      const path = segmentPath(this.#directory, Number(segment));
      const header = existsSync(path) ? readHeaderAt(path, Number(offset)) : undefined;
      if (header !== undefined && this.#ownsNothing(header.mailbox)) return header.mailbox;
    }
    return undefined;
  }

  /** `undefined` when the first row of the ledger is not there to tell. */
  #ledgerIsOf(number: number, id: MailboxId): boolean | undefined {
    const [first] = readLedgerBlock(this.#index, number, 0);
    if (first === undefined || first["position"] !== 1) return undefined;
    const walk = new LedgerWalk(id, this.#epochs);
    walk.take(first);
    return walk.breaks.length === 0;
  }

  /** It has no row, or one under a number that no ledger has. */
  #ownsNothing(id: MailboxId): boolean {
    const number = this.#numberOf(id);
    return number === undefined || readLedgerBlock(this.#index, number, 0).length === 0;
  }

  #numberOf(id: MailboxId): number | undefined {
    const number = this.#index.prepare("SELECT number FROM mailbox WHERE id = ?").get(id)?.["number"];
    return typeof number === "number" ? number : undefined;
  }

  #isRemoved(number: number): boolean {
    return this.#index.prepare("SELECT removed_at FROM mailbox WHERE number = ?").get(number)?.["removed_at"] !== null;
  }

  #readable(number: number): MailboxRow | undefined {
    try {
      return readMailbox(this.#index, number);
    } catch {
      return undefined;
    }
  }
}

function readCopies(directory: DataDirectory): ReadonlyMap<MailboxId, MailboxCopy> {
  const copies = new Map<MailboxId, MailboxCopy>();
  for (const name of existsSync(directory.mailboxes) ? readdirSync(directory.mailboxes) : []) {
    const id = parseMailboxId(name.replace(/\.json$/, ""));
    const copy = id === undefined ? undefined : readMailboxCopy(directory, id);
    if (id !== undefined && copy !== undefined) copies.set(id, copy);
  }
  return copies;
}
