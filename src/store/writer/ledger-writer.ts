// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PosternError } from "../../base/errors.ts";
import { parseMailboxId } from "../../base/ids.ts";
import type { Epochs } from "../epochs.ts";
import type { LedgerEvent } from "../ledger.ts";
import { ledgerGenesis, ledgerHash } from "../ledger.ts";

/** What a ledger row says besides its place in the chain. */
export interface LedgerEntry {
  readonly atMs: number;
  readonly event: LedgerEvent;
  readonly sequence?: number;
  readonly sealedBytes?: number;
  readonly sha256?: Uint8Array;
  readonly detail?: string;
}

interface Head {
  position: number;
  hash: Buffer;
}

/** Appends to the ledgers within the running transaction. The heads of the chains are remembered, not read each time. */
export class LedgerWriter {
  readonly #heads = new Map<number, Head>();
  readonly #insert: StatementSync;
  readonly #readHead: StatementSync;
  readonly #readMailboxId: StatementSync;
  readonly #epochs: Epochs;

  constructor(index: DatabaseSync, epochs: Epochs) {
    this.#epochs = epochs;
    this.#insert = index.prepare("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#readHead = index.prepare(
      "SELECT position, hash FROM ledger WHERE mailbox = ? ORDER BY position DESC LIMIT 1",
    );
    this.#readMailboxId = index.prepare("SELECT id FROM mailbox WHERE number = ?");
  }

  /** Returns the position of the new row. */
  append(mailbox: number, entry: LedgerEntry): number {
    const head = this.#head(mailbox);
    const position = head.position + 1;
    const { atMs, event, sequence, sealedBytes = null, sha256, detail = null } = entry;
    const hash = ledgerHash(head.hash, {
      position,
      atMs,
      event,
      uniqueId: sequence === undefined ? null : this.#epochs.uniqueId(sequence),
      sealedBytes,
      sha256: sha256 === undefined ? null : Buffer.from(sha256).toString("hex"),
      detail,
    });
    this.#insert.run(mailbox, position, atMs, event, sequence ?? null, sealedBytes, sha256 ?? null, detail, hash);
    head.position = position;
    head.hash = hash;
    return position;
  }

  #head(mailbox: number): Head {
    const known = this.#heads.get(mailbox);
    if (known !== undefined) return known;
    const row = this.#readHead.get(mailbox);
    const hash = row?.["hash"];
    const head =
      hash instanceof Uint8Array
        ? { position: Number(row?.["position"]), hash: Buffer.from(hash) }
        : { position: 0, hash: this.#genesis(mailbox) };
    this.#heads.set(mailbox, head);
    return head;
  }

  #genesis(mailbox: number): Buffer {
    const id = parseMailboxId(String(this.#readMailboxId.get(mailbox)?.["id"]));
    if (id === undefined) throw new PosternError("store/damaged", `mailbox ${mailbox} has no id`);
    return ledgerGenesis(id);
  }
}
