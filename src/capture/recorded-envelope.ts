// SPDX-License-Identifier: Apache-2.0
import type { TlsFacts } from "../base/connection.ts";
import type { Source } from "../store/contract.ts";

/** What a transaction looked like, as it goes into the trace block. Texts are as the peer sent them. */
export interface RecordedEnvelope {
  readonly source: Source;
  /** `null` is the null reverse-path `<>` (RFC 5321 §4.5.5). */
  readonly reversePath: string | null;
  /** Parameters of MAIL, as received: `SIZE=… BODY=8BITMIME RET=HDRS ENVID=…`; empty when none. */
  readonly mailParameters: string;
  /** What the peer called itself in EHLO or HELO. */
  readonly hello: string;
  readonly peer: { readonly address: string; readonly port: number };
  readonly tls: TlsFacts | undefined;
  /** Transmission type of RFC 3848 and RFC 6531 §4.3: `SMTP`, `ESMTP`, `ESMTPS`, `UTF8SMTPS`… */
  readonly protocol: string;
  /** The name of this gateway. */
  readonly receivedBy: string;
  readonly receivedAtMs: number;
  /** Further facts of a proxied message (remote user, upstream), by field name without the prefix. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Recipients that the upstream refused: the message did not go to them. */
  readonly refused?: readonly RecordedRecipient[];
}

export interface RecordedRecipient {
  /** The forward-path, without brackets. */
  readonly address: string;
  /** Parameters of RCPT, as received: `NOTIFY=NEVER ORCPT=rfc822;…`; empty when none. */
  readonly parameters: string;
  /** What the upstream of a proxied message answered to this RCPT, in one line. */
  readonly upstreamReply?: string;
}
