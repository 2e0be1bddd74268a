// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../base/connection.ts";
import type { RecordedEnvelope, RecordedRecipient } from "../capture/recorded-envelope.ts";
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

/** What is known of a message that goes to an upstream, beside its envelope. */
export interface ProxiedBy {
  readonly remoteUser: string;
  /** As the user typed it, the port that was found included. */
  readonly upstream: string;
  readonly upstreamAddress: string;
  readonly upstreamTls: string;
  readonly refused: readonly RecordedRecipient[];
}

/** As `recordEnvelope`, for a message that a signed-in client submits through the proxy. */
export function recordSubmission(
  envelope: Envelope,
  connection: Connection,
  about: { readonly hostName: string; readonly receivedAtMs: number; readonly proxied: ProxiedBy },
): RecordedEnvelope {
  const journal = recordEnvelope(envelope, connection, about);
  const { remoteUser, upstream, upstreamAddress, upstreamTls, refused } = about.proxied;
  return {
    ...journal,
    source: "smtp-proxy",
    // RFC 3848 §3: A for a client that has signed in.
    protocol: `${journal.protocol}A`,
    facts: {
      "Remote-User": remoteUser,
      Upstream: upstream,
      "Upstream-Address": upstreamAddress,
      "Upstream-Tls": upstreamTls,
    },
    refused,
  };
}
