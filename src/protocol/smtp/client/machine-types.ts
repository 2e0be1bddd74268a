// SPDX-License-Identifier: Apache-2.0
import type { KeyDerivation, MechanismName, SaslContext } from "../../sasl/client/mechanism.ts";
import type { Reply } from "../reply.ts";
import type { Extensions } from "./extensions.ts";

export interface SmtpClientSettings {
  /** Our name in EHLO: the gateway's, not the mail client's. */
  readonly hostName: string;
  /** `implicit`: the connection is encrypted already. `starttls`: it is not, and nothing is said before it is. */
  readonly tls: "implicit" | "starttls";
}

/** A command of the open conversation. Paths and parameters come checked; the machine writes them anew. */
export type SmtpClientCommand =
  /** `path` without angle brackets; empty for the null reverse-path. `parameters` as `KEYWORD=value`. */
  | { readonly verb: "MAIL"; readonly path: string; readonly parameters: readonly string[] }
  | { readonly verb: "RCPT"; readonly path: string; readonly parameters: readonly string[] }
  | { readonly verb: "DATA" }
  | { readonly verb: "RSET" }
  | { readonly verb: "NOOP" }
  | { readonly verb: "QUIT" };

/** What a reply answers. */
export type Answered =
  | SmtpClientCommand
  | { readonly verb: "BDAT"; readonly sizeBytes: number; readonly last: boolean }
  /** The verdict on content that went by DATA. */
  | { readonly verb: "end-of-data" };

export type SmtpClientEvent =
  | { readonly type: "bytes"; readonly bytes: Buffer }
  /** The handshake that `start-tls` asked for is done and the certificate was verified. */
  | { readonly type: "tls-started" }
  | { readonly type: "sign-in"; readonly context: SaslContext }
  | { readonly type: "derived"; readonly key: Buffer }
  /** Goes on as a peer that delivers mail (RFC 5321 §3.1), not as somebody who submits it: nobody signs in. */
  | { readonly type: "unsigned" }
  | { readonly type: "command"; readonly command: SmtpClientCommand }
  /** Content by BDAT (RFC 3030 §2). The session withholds `last` until the copy is durable (I3). */
  | { readonly type: "chunk"; readonly bytes: Buffer; readonly last: boolean }
  /** Content by DATA, after its 354. */
  | { readonly type: "content"; readonly bytes: Buffer }
  /** Releases the end of data. The session withholds it until the copy is durable (I3). */
  | { readonly type: "end-of-data" };

export type SmtpClientEffect =
  | { readonly type: "send"; readonly bytes: Buffer }
  | { readonly type: "start-tls" }
  /** Encrypted, EHLO done: a sign-in may begin. */
  | { readonly type: "ready"; readonly extensions: Extensions }
  | { readonly type: "derive"; readonly derivation: KeyDerivation }
  | { readonly type: "signed-in"; readonly mechanism: MechanismName; readonly reply: Reply }
  /** The upstream's verdict, to be relayed; also 4yz. */
  | { readonly type: "sign-in-refused"; readonly reply: Reply }
  /** Replies come in the order of the commands. */
  | { readonly type: "reply"; readonly to: Answered; readonly reply: Reply }
  /** DATA cannot carry this content; nothing more of it goes out. Only closing the connection is left. */
  | { readonly type: "content-refused"; readonly cause: "bare-line-end" | "unfinished-line" }
  /** 421 (RFC 5321 §3.8): the upstream closes. Follows the `reply` when it answered a command. */
  | { readonly type: "closing"; readonly reply: Reply }
  /** The conversation cannot go on; the session drops the connection. */
  | { readonly type: "failed"; readonly fault: SmtpClientFault; readonly reply?: Reply; readonly detail?: string };

export type SmtpClientFault =
  | "greeting-refused"
  | "extensions-refused"
  | "tls-not-offered"
  | "tls-refused"
  /** Plaintext behind the reply to STARTTLS (CVE-2011-0411 seen from the client's side). */
  | "response-injection"
  | "malformed-response"
  /** A reply that answers nothing. */
  | "unexpected-response"
  | "no-mechanism"
  | "sign-in-broken"
  /** The session asked for something out of order or not writable as a command: a fault of ours. */
  | "misuse";
