// SPDX-License-Identifier: Apache-2.0
import type { StatementSync } from "node:sqlite";
import type { UniqueId } from "../../base/ids.ts";
import { largePath, noSegment, segmentPath } from "../data-directory.ts";
import { type RecordHeader, recordHeaderBytes } from "../record.ts";
import { stateCodes } from "../schema.ts";
import type { Piece } from "./file-plan.ts";
import type { Arrival, LedgerFacts } from "./ledger-facts.ts";
import { differences, factsOf, type MessageFacts, readFacts, sameFacts, valuesOf } from "./message-facts.ts";
import type { RepairedMailbox, RepairParts } from "./parts.ts";
import { type Candidate, digestOf, readHeaderAt, readTrailer } from "./payload-scan.ts";

interface Place {
  readonly segment: number;
  readonly offset: number;
}

/** Brings rows, ledger and payload of the messages of one mailbox together again. */
export class MessageRepair {
  readonly #parts: RepairParts;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #insert: StatementSync;
  readonly #drop: StatementSync;
  /** Candidates that belong to a message by now. */
  readonly claimed = new Set<Candidate>();
  /** Rows of the ledger are lost, perhaps those that tell of removals. */
  #unclear = false;

  constructor(parts: RepairParts) {
    this.#parts = parts;
    const { index } = parts;
    this.#read = index.prepare("SELECT * FROM message WHERE mailbox = ? AND sequence > ? ORDER BY sequence LIMIT 1000");
    this.#write = index.prepare(
      `UPDATE message SET (state, source, received_at, segment, offset, sealed_bytes, trace_bytes, content_bytes,
         content_pop3_bytes, deviations, ledger_position) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       WHERE mailbox = ? AND sequence = ?`,
    );
    this.#insert = index.prepare("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)");
    this.#drop = index.prepare("DELETE FROM message WHERE mailbox = ? AND sequence = ?");
  }

  repair(mailbox: RepairedMailbox, facts: LedgerFacts): void {
    const expected = new Map(facts.arrivals);
    this.#unclear = facts.incomplete || this.#parts.log.indexWasHit;
    let after = -1;
    for (;;) {
      const rows = this.#read.all(mailbox.number, after);
      for (const row of rows) {
        after = Number(row["sequence"]);
        this.#repairRow(mailbox, { sequence: after, row: readFacts(row) }, expected.get(after));
        expected.delete(after);
      }
      if (rows.length < 1000) break;
    }
    for (const [sequence, arrival] of expected) this.#restoreRow(mailbox, sequence, arrival);
    for (const [sequence, arrival] of facts.lost) this.#findAgain(mailbox, sequence, arrival);
  }

  /** Whole messages that no ledger knows become messages of state *unknown*. */
  adopt(mailbox: RepairedMailbox, candidate: Candidate, header: RecordHeader): void {
    const sha256 = digestOf(candidate.sealed);
    if (sha256 === undefined) return;
    const { segment, offset, sequence, uniqueId } = candidate;
    this.claimed.add(candidate);
    const position = this.#recovered(
      mailbox,
      sequence,
      { sealedBytes: header.sealedBytes, sha256 },
      "adopted: no row knew it",
    );
    this.#add(mailbox, sequence, { ...header, state: stateCodes.unknown, segment, offset, ledgerPosition: position });
    const text = "it was there whole and nothing knew it: adopted as a message of state unknown";
    this.#parts.log.add("message-adopted", text, { mailbox: mailbox.id, uniqueId });
  }

  #repairRow(
    mailbox: RepairedMailbox,
    { sequence, row }: { readonly sequence: number; readonly row: MessageFacts },
    arrival: Arrival | undefined,
  ): void {
    const uniqueId = this.#parts.epochs.uniqueId(sequence);
    const of = { mailbox: mailbox.id, uniqueId };
    const sealedBytes = arrival?.sealedBytes ?? row.sealedBytes;
    const header = this.#headerAt(row, uniqueId);
    const here = this.#digestAt(row, sealedBytes, uniqueId);
    const whole =
      arrival === undefined ? header?.sealedBytes === sealedBytes || isOldLarge(row, here) : here === arrival.sha256;
    if (!whole || here === undefined) {
      this.#repairLost(mailbox, { sequence, row, sealedBytes }, arrival);
      return;
    }
    let mended: MessageFacts = { ...row, ...(header === undefined ? {} : factsOf(header)), sealedBytes };
    if (arrival === undefined) {
      const detail = "its ledger row was lost";
      mended = { ...mended, ledgerPosition: this.#recovered(mailbox, sequence, { sealedBytes, sha256: here }, detail) };
      if (stateOf(mended.state) === undefined) mended = { ...mended, state: stateCodes.unknown };
    } else {
      const state = arrival.state === stateCodes.offered ? row.state : (arrival.state ?? row.state);
      mended = { ...mended, ledgerPosition: arrival.position, state: stateOf(state) ?? stateCodes.unknown };
    }
    if (header === undefined && row.segment !== noSegment) {
      mended = { ...mended, ...this.#rewrite(mailbox, uniqueId, mended) };
      this.#parts.log.add("record-rewritten", "the header of its record was damaged and was written anew", of);
    } else if (!sameFacts(row, mended)) {
      this.#parts.log.add("row-corrected", `its row was corrected: ${differences(row, mended).join(", ")}`, of);
    }
    this.#put(mailbox, sequence, row, mended);
  }

  /** What the row points to is not the message. It may be elsewhere; else what is left of it is kept. */
  #repairLost(
    mailbox: RepairedMailbox,
    {
      sequence,
      row,
      sealedBytes,
    }: { readonly sequence: number; readonly row: MessageFacts; readonly sealedBytes: number },
    arrival: Arrival | undefined,
  ): void {
    const uniqueId = this.#parts.epochs.uniqueId(sequence);
    const of = { mailbox: mailbox.id, uniqueId };
    const found = this.#find(uniqueId, arrival);
    if (found !== undefined) {
      const { candidate, header } = found;
      const { segment, offset } = candidate;
      const ledgerPosition =
        arrival?.position ??
        this.#recovered(
          mailbox,
          sequence,
          { sealedBytes: header.sealedBytes, sha256: found.sha256 },
          "its ledger row was lost",
        );
      this.#put(mailbox, sequence, row, { ...row, ...factsOf(header), segment, offset, ledgerPosition });
      this.#parts.log.add("message-found", `it was found in ${describePlace(candidate)}`, of);
      return;
    }
    this.#drop.run(mailbox.number, sequence);
    const kept = this.#keepRest(uniqueId, row, sealedBytes);
    this.#giveUp(mailbox, sequence, { sealedBytes, kept });
  }

  /** The ledger says that it is there, and it has no row. */
  #restoreRow(mailbox: RepairedMailbox, sequence: number, arrival: Arrival): void {
    const uniqueId = this.#parts.epochs.uniqueId(sequence);
    const found = this.#find(uniqueId, arrival);
    if (found === undefined) {
      const [rest] = this.#parts.payload.candidates.get(uniqueId) ?? [];
      const kept = rest === undefined ? undefined : this.#keepCandidate(rest);
      this.#giveUp(mailbox, sequence, { sealedBytes: arrival.sealedBytes, kept });
      return;
    }
    this.#addFound(mailbox, sequence, arrival, found);
    const text = "its row was lost and was made anew from ledger and record";
    this.#parts.log.add("row-restored", text, { mailbox: mailbox.id, uniqueId });
  }

  /** An earlier repair gave it up, and somebody has put its file back. */
  #findAgain(mailbox: RepairedMailbox, sequence: number, arrival: Arrival): void {
    const uniqueId = this.#parts.epochs.uniqueId(sequence);
    const found = this.#find(uniqueId, arrival);
    if (found === undefined) return;
    const { sealedBytes, sha256 } = arrival;
    const position = this.#recovered(mailbox, sequence, { sealedBytes, sha256 }, "it is there again");
    this.#addFound(mailbox, sequence, { ...arrival, position, state: arrival.state ?? stateCodes.unknown }, found);
    this.#parts.log.add("message-found", "it had been given up and is there again", { mailbox: mailbox.id, uniqueId });
  }

  #addFound(
    mailbox: RepairedMailbox,
    sequence: number,
    arrival: Arrival,
    { candidate, header }: { readonly candidate: Candidate; readonly header: RecordHeader },
  ): void {
    const { segment, offset } = candidate;
    const state = arrival.state ?? stateCodes.unknown;
    this.#add(mailbox, sequence, { ...header, state, segment, offset, ledgerPosition: arrival.position });
  }

  /** Sealed octets elsewhere that are this message: by the digest of the ledger, or else as the header says, whole. */
  #find(
    uniqueId: UniqueId,
    arrival: Arrival | undefined,
  ): { readonly candidate: Candidate; readonly header: RecordHeader; readonly sha256: string } | undefined {
    for (const candidate of this.#parts.payload.candidates.get(uniqueId) ?? []) {
      const { header, cut, sealed } = candidate;
      if (header === undefined || cut) continue;
      const sha256 = digestOf(sealed);
      if (sha256 === undefined || (arrival !== undefined && sha256 !== arrival.sha256)) continue;
      this.claimed.add(candidate);
      return { candidate, header, sha256 };
    }
    return undefined;
  }

  #giveUp(
    mailbox: RepairedMailbox,
    sequence: number,
    { sealedBytes, kept }: { readonly sealedBytes: number; readonly kept: string | undefined },
  ): void {
    const { log, ledger, atMs, epochs } = this.#parts;
    const unclear = this.#unclear && kept === undefined;
    const rest = kept === undefined ? "nothing of it is left" : `what is left of it is in damaged/${kept}`;
    const why = unclear
      ? "it was removed and the ledger row of that is lost, or it is lost itself"
      : "its sealed bytes are damaged or gone";
    const text = `${why}; ${rest}`;
    ledger.append(mailbox.number, { atMs, event: "damaged", sequence, sealedBytes, detail: text });
    log.add(unclear ? "message-unclear" : "message-lost", text, {
      mailbox: mailbox.id,
      uniqueId: epochs.uniqueId(sequence),
    });
  }

  #keepRest(uniqueId: UniqueId, place: Place, sealedBytes: number): string | undefined {
    const piece = this.#pieceAt(place, sealedBytes, uniqueId);
    const there = this.#parts.files.lengthOf(piece);
    // Another message's record may be there; then there is nothing of this one.
    if (there === 0 || this.#isAnothers(place, uniqueId)) return undefined;
    if (place.segment === noSegment) return this.#parts.files.move(piece.path);
    return this.#parts.files.keep({ ...piece, bytes: there }, `${uniqueId}.age`).name;
  }

  #keepCandidate(candidate: Candidate): string {
    this.claimed.add(candidate);
    const { segment, sealed, uniqueId } = candidate;
    if (segment === noSegment) return this.#parts.files.move(sealed.path);
    return this.#parts.files.keep(sealed, `${uniqueId}.age`).name;
  }

  #isAnothers({ segment, offset }: Place, uniqueId: UniqueId): boolean {
    if (segment === noSegment) return false;
    const header = readHeaderIfThere(segmentPath(this.#parts.directory, segment), offset);
    return header !== undefined && header.uniqueId !== uniqueId;
  }

  #rewrite(mailbox: RepairedMailbox, uniqueId: UniqueId, facts: MessageFacts): Place {
    const sealed = this.#pieceAt(facts, facts.sealedBytes, uniqueId);
    return this.#parts.files.rewrite({ ...facts, uniqueId, mailbox: mailbox.id }, sealed);
  }

  #recovered(
    mailbox: RepairedMailbox,
    sequence: number,
    { sealedBytes, sha256 }: { readonly sealedBytes: number; readonly sha256: string },
    detail: string,
  ): number {
    const { ledger, atMs } = this.#parts;
    const digest = Buffer.from(sha256, "hex");
    return ledger.append(mailbox.number, { atMs, event: "recovered", sequence, sealedBytes, sha256: digest, detail });
  }

  #pieceAt({ segment, offset }: Place, sealedBytes: number, uniqueId: UniqueId): Piece {
    const { directory } = this.#parts;
    if (segment === noSegment) return { path: largePath(directory, uniqueId), offset: 0, bytes: sealedBytes };
    return { path: segmentPath(directory, segment), offset: offset + recordHeaderBytes, bytes: sealedBytes };
  }

  #digestAt(place: Place, sealedBytes: number, uniqueId: UniqueId): string | undefined {
    return digestOf(this.#pieceAt(place, sealedBytes, uniqueId));
  }

  /** The header before a record, or behind a large file; only one that is this message's. */
  #headerAt({ segment, offset }: Place, uniqueId: UniqueId): RecordHeader | undefined {
    const { directory } = this.#parts;
    if (segment === noSegment) return readTrailer(largePath(directory, uniqueId), uniqueId);
    const header = readHeaderIfThere(segmentPath(directory, segment), offset);
    return header?.uniqueId === uniqueId ? header : undefined;
  }

  #put(mailbox: RepairedMailbox, sequence: number, before: MessageFacts, facts: MessageFacts): void {
    if (!sameFacts(before, facts)) this.#write.run(...valuesOf(facts), mailbox.number, sequence);
  }

  #add(mailbox: RepairedMailbox, sequence: number, facts: MessageFacts): void {
    this.#insert.run(mailbox.number, sequence, ...valuesOf(facts));
  }
}

function stateOf(state: number): number | undefined {
  return Object.values(stateCodes).find((code) => code === state);
}

/** From before there were trailers: the length alone says that it is whole. */
function isOldLarge({ segment }: MessageFacts, digest: string | undefined): boolean {
  return segment === noSegment && digest !== undefined;
}

function readHeaderIfThere(path: string, offset: number): RecordHeader | undefined {
  try {
    return readHeaderAt(path, offset);
  } catch {
    return undefined;
  }
}

function describePlace({ segment, offset }: Candidate): string {
  return segment === noSegment ? "a file of its own" : `segment ${segment} at ${offset}`;
}
