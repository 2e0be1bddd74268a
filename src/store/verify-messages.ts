// SPDX-License-Identifier: Apache-2.0
import { createHash, hash } from "node:crypto";
import type { SQLOutputValue, StatementSync } from "node:sqlite";
import { describeError, hasCode } from "../base/errors.ts";
import type { UniqueId } from "../base/ids.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { RecordHeader } from "./record.ts";
import type { Finding, FindingCode, VerifiedMailbox, VerifyParts } from "./verify.ts";
import type { ExpectedMessages } from "./verify-arrivals.ts";

const blockMessages = 1000;
const readBytes = 256 * 1024;

type Row = Record<string, SQLOutputValue>;

interface Wrong {
  readonly code: FindingCode;
  readonly text: string;
}

/** Compares every message, and every addendum, with what its ledger row says. */
export class MessageVerifier {
  readonly #parts: VerifyParts;
  readonly #block: StatementSync;
  readonly #again: StatementSync;
  readonly #addenda: StatementSync;

  constructor(parts: VerifyParts) {
    this.#parts = parts;
    const columns = `m.mailbox, m.sequence, m.state, m.segment, m.offset, m.sealed_bytes AS sealedBytes, l.sha256, l.event,
      l.sequence AS ledgerSequence, l.sealed_bytes AS ledgerBytes, l.position, ${Object.values(factColumns).join(", ")}
      FROM message m LEFT JOIN ledger l ON l.mailbox = m.mailbox AND l.position = m.ledger_position`;
    this.#block = parts.index.prepare(
      `SELECT ${columns} WHERE m.mailbox = ? AND m.sequence > ? ORDER BY m.sequence LIMIT ?`,
    );
    this.#again = parts.index.prepare(`SELECT ${columns} WHERE m.mailbox = ? AND m.sequence = ?`);
    this.#addenda = parts.index.prepare(
      `SELECT a.number, a.sealed, l.sha256, l.sequence AS ledgerSequence FROM addendum a
         LEFT JOIN ledger l ON l.mailbox = a.mailbox AND l.position = a.ledger_position
       WHERE a.mailbox = ? AND a.sequence = ?`,
    );
  }

  /** What `expected` holds from the ledger and has no row is found as well. */
  async *verify(mailbox: VerifiedMailbox, expected: ExpectedMessages): AsyncGenerator<Finding> {
    let after = 0;
    for (;;) {
      const rows = this.#block.all(mailbox.number, after, blockMessages);
      for (const row of rows) {
        yield* await this.#verifyMessage(mailbox, row);
        after = Number(row["sequence"]);
        const state = expected.found(after);
        if (state === undefined || state === row["state"]) continue;
        const uniqueId = this.#parts.epochs.uniqueId(after);
        const text = `its state is ${String(row["state"])}, the ledger says ${state}`;
        yield { severity: "damage", code: "facts-disagree", mailbox: mailbox.id, uniqueId, text };
      }
      if (rows.length < blockMessages) break;
    }
    yield* expected.missing(mailbox);
  }

  async #verifyMessage(mailbox: VerifiedMailbox, row: Row): Promise<readonly Finding[]> {
    const sequence = Number(row["sequence"]);
    const finding = (code: FindingCode, text: string): Finding => {
      const uniqueId = this.#parts.epochs.uniqueId(sequence);
      return { severity: "damage", code, mailbox: mailbox.id, uniqueId, text };
    };
    const findings: Finding[] = [];
    const kept = ["accepted", "offered", "recovered"].includes(String(row["event"]));
    if (!kept || row["ledgerSequence"] !== sequence || row["ledgerBytes"] !== row["sealedBytes"]) {
      findings.push(finding("ledger-disagrees", "the ledger row that it names does not tell of its arrival"));
    } else {
      const wrong = await this.#compare(row);
      // A running gateway may have moved or removed it since the row was read.
      const again = wrong === undefined ? undefined : this.#again.get(mailbox.number, sequence);
      const stays = again === undefined ? undefined : await this.#compare(again);
      if (stays !== undefined) findings.push(finding(stays.code, stays.text));
    }
    for (const addendum of this.#addenda.all(mailbox.number, sequence)) {
      if (addendum["ledgerSequence"] === sequence && hasDigest(addendum["sealed"], addendum["sha256"])) continue;
      findings.push(finding("addendum-damaged", `addendum ${String(addendum["number"])} is not what the ledger says`));
    }
    this.#parts.progress.messages += 1;
    this.#parts.progress.sealedBytes += Number(row["sealedBytes"]);
    this.#parts.report();
    return findings;
  }

  async #compare(row: Row): Promise<Wrong | undefined> {
    const place = {
      sequence: Number(row["sequence"]),
      segment: Number(row["segment"]),
      offset: Number(row["offset"]),
      sealedBytes: Number(row["sealedBytes"]),
    };
    try {
      const uniqueId = this.#parts.epochs.uniqueId(place.sequence);
      const { header, digest } = await readPayload(this.#parts.payload, place, uniqueId);
      const { sha256 } = row;
      if (sha256 instanceof Uint8Array && digest.equals(sha256)) return compareFacts(row, header);
      return { code: "payload-damaged", text: "the sealed bytes are not those that the ledger says" };
    } catch (error) {
      const code = hasCode(error, "store/not-found") ? "payload-missing" : "payload-damaged";
      return { code, text: describeError(error) };
    }
  }
}

/** What a row and the header of its record both say, by the names of either. */
const factColumns = {
  source: "source",
  receivedAtMs: "received_at",
  traceBytes: "trace_bytes",
  contentBytes: "content_bytes",
  contentPop3Bytes: "content_pop3_bytes",
  deviations: "deviations",
} as const satisfies Partial<Record<keyof RecordHeader, string>>;
const factNames = Object.keys(factColumns).filter((name): name is keyof typeof factColumns => name in factColumns);

function compareFacts(row: Row, header: RecordHeader | undefined): Wrong | undefined {
  if (header === undefined) return undefined;
  const wrong = factNames.filter((name) => row[factColumns[name]] !== header[name]);
  if (wrong.length === 0) return undefined;
  return { code: "facts-disagree", text: `its row and its record disagree in ${wrong.join(", ")}` };
}

async function readPayload(
  payload: PayloadReader,
  place: Parameters<PayloadReader["open"]>[0],
  uniqueId: UniqueId,
): Promise<{ readonly header: RecordHeader | undefined; readonly digest: Buffer }> {
  const file = await payload.open(place, uniqueId);
  try {
    const digest = createHash("sha256");
    for (let position = 0; position < place.sealedBytes; ) {
      const bytes = await file.read(position, readBytes);
      if (bytes.length === 0) break;
      digest.update(bytes);
      position += bytes.length;
    }
    return { header: file.header, digest: digest.digest() };
  } finally {
    file.close();
  }
}

function hasDigest(sealed: SQLOutputValue | undefined, sha256: SQLOutputValue | undefined): boolean {
  if (!(sealed instanceof Uint8Array) || !(sha256 instanceof Uint8Array)) return false;
  return hash("sha256", sealed, "buffer").equals(sha256);
}
