// SPDX-License-Identifier: Apache-2.0
import type { SQLOutputValue } from "node:sqlite";
import type { RecordHeader } from "../record.ts";
import type { LocationRow } from "../thread-messages.ts";

/** A message's row in the index, as far as a repair may change it. */
export interface MessageFacts extends Omit<LocationRow, "sequence" | "sha256"> {
  readonly ledgerPosition: number;
}

/** In the order of the columns. */
const factNames = [
  "state",
  "source",
  "receivedAtMs",
  "segment",
  "offset",
  "sealedBytes",
  "traceBytes",
  "contentBytes",
  "contentPop3Bytes",
  "deviations",
  "ledgerPosition",
] as const satisfies readonly (keyof MessageFacts)[];

export function readFacts(row: Record<string, SQLOutputValue>): MessageFacts {
  return {
    state: Number(row["state"]),
    source: Number(row["source"]),
    receivedAtMs: Number(row["received_at"]),
    segment: Number(row["segment"]),
    offset: Number(row["offset"]),
    sealedBytes: Number(row["sealed_bytes"]),
    traceBytes: Number(row["trace_bytes"]),
    contentBytes: Number(row["content_bytes"]),
    contentPop3Bytes: Number(row["content_pop3_bytes"]),
    deviations: Number(row["deviations"]),
    ledgerPosition: Number(row["ledger_position"]),
  };
}

export function valuesOf(facts: MessageFacts): number[] {
  return factNames.map((name) => facts[name]);
}

/** What a header says of a message, without where it lies. */
export function factsOf(header: RecordHeader): Omit<MessageFacts, "state" | "segment" | "offset" | "ledgerPosition"> {
  const { source, receivedAtMs, sealedBytes, traceBytes, contentBytes, contentPop3Bytes, deviations } = header;
  return { source, receivedAtMs, sealedBytes, traceBytes, contentBytes, contentPop3Bytes, deviations };
}

export function differences(before: MessageFacts, after: MessageFacts): readonly string[] {
  return factNames.filter((name) => before[name] !== after[name]);
}

export function sameFacts(before: MessageFacts, after: MessageFacts): boolean {
  return differences(before, after).length === 0;
}
