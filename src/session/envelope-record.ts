// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../base/connection.ts";
import type { RecordedEnvelope } from "../capture/recorded-envelope.ts";
import type { Envelope } from "../protocol/smtp/envelope.ts";

/** What goes into the trace block of a journal copy: the envelope as given and the connection it came by. */
export function recordEnvelope(
  envelope: Envelope,
  connection: Connection,
  { hostName, receivedAtMs }: { readonly hostName: string; readonly receivedAtMs: number },
): RecordedEnvelope {
  return {
    source: "journal",
    reversePath: envelope.reversePath?.text ?? null,
    mailParameters: envelope.parametersText,
    hello: envelope.hello.name,
    peer: connection.peer,
    tls: connection.tls,
    protocol: transmissionType(envelope, connection.tls !== undefined),
    receivedBy: hostName,
    receivedAtMs,
  };
}

/** The word after `with` in Received: RFC 3848 §3, RFC 6531 §4.3. */
function transmissionType(envelope: Envelope, encrypted: boolean): string {
  if (!envelope.hello.extended) return "SMTP";
  return `${envelope.smtpUtf8 ? "UTF8SMTP" : "ESMTP"}${encrypted ? "S" : ""}`;
}
