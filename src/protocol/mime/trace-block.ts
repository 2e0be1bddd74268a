// SPDX-License-Identifier: Apache-2.0
import { Deviation } from "../../base/deviation.ts";

/** The last line of a trace block (`docs/formats/trace-block.md`). */
export const traceEnd = "X-Postern-Trace: end\r\n";

/** Within so many octets from its start the block names mailbox and unique-id. */
export const bindingBytes = 2048;

export interface TraceBinding {
  readonly mailbox: string;
  readonly uniqueId: string;
}

/** Which mailbox and unique-id a trace block was made for; `undefined` when it names none. */
export function readTraceBinding(block: Buffer): TraceBinding | undefined {
  const head = block.toString("latin1", 0, bindingBytes);
  const mailbox = /^X-Postern-Mailbox: (\S+)\r$/m.exec(head)?.[1];
  const uniqueId = /^X-Postern-Unique-Id: (\S+)\r$/m.exec(head)?.[1];
  return mailbox === undefined || uniqueId === undefined ? undefined : { mailbox, uniqueId };
}

const deviationWords = [
  [Deviation.bareLf, "bare-lf"],
  [Deviation.bareCr, "bare-cr"],
  [Deviation.nul, "nul"],
  [Deviation.noFinalCrlf, "no-final-crlf"],
] as const;

/**
 * The header field that tells a puller what POP3 could not carry; empty when it could carry everything. It is added
 * while the message is sent and counts in its POP3 size, so intake and pull both ask here.
 */
export function normalizedHeaderField(deviations: number): string {
  const words = deviationWords.filter(([bit]) => (deviations & bit) !== 0).map(([, word]) => word);
  return words.length === 0 ? "" : `X-Postern-Normalized: ${words.join(", ")}\r\n`;
}
