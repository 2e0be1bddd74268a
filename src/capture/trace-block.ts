// SPDX-License-Identifier: Apache-2.0
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { RecordedEnvelope, RecordedRecipient } from "./recorded-envelope.ts";

/**
 * The trace block: header fields of ours at the head of every sealed message. It keeps the envelope, binds the sealed
 * bytes to their mailbox and unique-id, and ends with a line of its own, so that whoever opens the message without the
 * index can cut it off and has the exact received octets. Described in `docs/formats/trace-block.md`.
 */
export function formatTraceBlock(
  envelope: RecordedEnvelope,
  recipients: readonly RecordedRecipient[],
  binding: { readonly mailbox: MailboxId; readonly uniqueId: UniqueId },
): Buffer {
  // What POP3 carries has left its envelope behind; the null reverse-path would say that it is a bounce.
  const hasEnvelope = envelope.source !== "pop3-proxy";
  const { reversePath } = envelope;
  const lines = [
    // RFC 5321 §4.4: the reverse-path goes into Return-Path when the message leaves the SMTP environment.
    ...(hasEnvelope ? [`Return-Path: <${field(reversePath ?? "")}>`] : []),
    `X-Postern-Mailbox: ${binding.mailbox}`,
    `X-Postern-Unique-Id: ${binding.uniqueId}`,
    `X-Postern-Source: ${envelope.source}`,
    ...received(envelope, binding.uniqueId),
    ...(hasEnvelope ? [`X-Envelope-From: ${reversePath === null ? "<>" : field(reversePath)}`] : []),
    ...recipients.map((recipient) => `X-Envelope-To: ${field(recipient.address)}`),
    ...dsnLines(envelope, recipients),
    ...upstreamLines(envelope, recipients),
    ...Object.entries(envelope.facts ?? {}).map(([name, value]) => `X-Postern-${name}: ${field(value)}`),
    "X-Postern-Trace: end",
    "",
  ];
  return Buffer.from(lines.join("\r\n"), "utf8");
}

/** RFC 5321 §4.4, with the clauses of RFC 3848 (with) and the TLS facts as a comment. */
function received(envelope: RecordedEnvelope, uniqueId: UniqueId): string[] {
  const { peer, tls } = envelope;
  const literal = peer.address.includes(":") ? `IPv6:${peer.address}` : peer.address;
  return [
    `Received: from ${field(envelope.hello)} ([${literal}])`,
    `\tby ${field(envelope.receivedBy)} (Postern) with ${envelope.protocol} id ${uniqueId}`,
    ...(tls === undefined ? [] : [`\t(${tls.version} ${tls.cipher})`]),
    `\t; ${formatDate(envelope.receivedAtMs)}`,
  ];
}

/** What a sender asked for by RFC 3461; ORCPT is often the only trace of the original recipient. */
function dsnLines(envelope: RecordedEnvelope, recipients: readonly RecordedRecipient[]): string[] {
  const lines: string[] = [];
  if (envelope.mailParameters !== "") lines.push(`X-Postern-Mail-Parameters: ${field(envelope.mailParameters)}`);
  for (const { address, parameters } of recipients)
    if (parameters !== "") lines.push(`X-Postern-Recipient-Parameters: <${field(address)}> ${field(parameters)}`);
  return lines;
}

/** What the upstream of a proxied message said to each recipient, those that it refused included. */
function upstreamLines({ refused = [] }: RecordedEnvelope, recipients: readonly RecordedRecipient[]): string[] {
  const line = (name: string, { address, upstreamReply }: RecordedRecipient): string[] =>
    upstreamReply === undefined ? [] : [`X-Postern-${name}: <${field(address)}> ${field(upstreamReply)}`];
  return [
    ...recipients.flatMap((recipient) => line("Recipient-Reply", recipient)),
    ...refused.flatMap((recipient) => line("Refused-Recipient", recipient)),
  ];
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** RFC 5322 §3.3, always in UTC. */
export function formatDate(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return `${days[at.getUTCDay()]}, ${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()} ${time} +0000`;
}

/** A peer's text must not open a header field of its own: control characters become question marks. */
function field(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, "?");
}
