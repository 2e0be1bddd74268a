// SPDX-License-Identifier: Apache-2.0
import { Deviation } from "../../base/deviation.ts";
import { describeError, PosternError } from "../../base/errors.ts";
import type { Identity } from "../../seal/identity.ts";
import { unsealWhole } from "../../seal/unseal.ts";
import type { Addendum, StoredMessage } from "../../store/contract.ts";

/** All that is known about a message beside its content; described in `docs/command-line.md`. */
export interface EnvelopeJson {
  readonly uniqueId: string;
  readonly mailbox: string;
  readonly source: string;
  readonly state: string;
  readonly receivedAt: string;
  readonly contentBytes: number;
  readonly contentSha256: string;
  readonly sealedBytes: number;
  readonly sealedSha256: string;
  readonly traceBytes: number;
  /** What POP3 could not carry; the content here is exact all the same. */
  readonly deviations: readonly string[];
  readonly reversePath: string | null;
  readonly recipients: readonly string[];
  /** The trace block, field by field, in its order. */
  readonly trace: readonly TraceField[];
  /** Further receipts of the same bytes, and an upstream's verdict. */
  readonly addenda: readonly object[];
}

interface TraceField {
  readonly name: string;
  readonly value: string;
}

export interface EnvelopeSources {
  readonly message: StoredMessage;
  readonly trace: Buffer;
  readonly contentSha256: string;
  readonly addenda: readonly Addendum[];
}

export function describeEnvelope(
  { message, trace, contentSha256, addenda }: EnvelopeSources,
  identity: Identity,
): EnvelopeJson {
  const fields = readTraceFields(trace);
  const named = (name: string): readonly string[] =>
    fields.filter((field) => field.name === name).map((field) => field.value);
  const [reversePath] = named("X-Envelope-From");
  return {
    uniqueId: message.uniqueId,
    mailbox: message.mailbox,
    source: message.source,
    state: message.state,
    receivedAt: new Date(message.receivedAtMs).toISOString(),
    contentBytes: message.contentBytes,
    contentSha256,
    sealedBytes: message.sealedBytes,
    sealedSha256: Buffer.from(message.sha256).toString("hex"),
    traceBytes: message.traceBytes,
    deviations: deviationNames(message.deviations),
    // RFC 5321 §4.5.5: the null reverse-path is an address of its own, not an absent one.
    reversePath: reversePath === undefined || reversePath === "<>" ? null : reversePath,
    recipients: named("X-Envelope-To"),
    trace: fields,
    addenda: addenda.map((addendum) => openAddendum(addendum, identity)),
  };
}

/** RFC 5322 §2.2.3: a line that begins with white space belongs to the field before it. */
export function readTraceFields(trace: Buffer): readonly TraceField[] {
  const lines = trace.toString("utf8").replaceAll(/\r\n(?=[ \t])/g, "");
  return lines
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
    });
}

function deviationNames(deviations: number): readonly string[] {
  return Object.entries(Deviation)
    .filter(([, bit]) => (deviations & bit) !== 0)
    .map(([name]) => name);
}

/** An addendum that cannot be read must not hide the message: it is shown as such. */
function openAddendum({ kind, atMs, sealed }: Addendum, identity: Identity): object {
  const at = new Date(atMs).toISOString();
  try {
    const facts: unknown = JSON.parse(unsealWhole(identity, sealed).toString("utf8"));
    return { kind, at, facts };
  } catch (error) {
    return { kind, at, error: error instanceof PosternError ? error.code : describeError(error) };
  }
}
