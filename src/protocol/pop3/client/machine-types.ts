// SPDX-License-Identifier: Apache-2.0
import type { KeyDerivation, MechanismName, SaslContext } from "../../sasl/client/mechanism.ts";
import type { Capabilities } from "./capabilities.ts";
import type { UpstreamResponse } from "./response-reader.ts";

export interface Pop3ClientSettings {
  /** `implicit`: the connection is encrypted already. `starttls`: it is not, and STLS comes before everything. */
  readonly tls: "implicit" | "starttls";
}

/**
 * A command of the TRANSACTION state. A closed list: of a verb that we do not know nobody can say whether its response
 * is multi-line. Message-numbers and line counts come checked.
 */
export type Pop3ClientCommand =
  | { readonly verb: "STAT" | "NOOP" | "RSET" | "QUIT" | "CAPA" }
  | { readonly verb: "LIST" | "UIDL"; readonly message?: number }
  | { readonly verb: "RETR" | "DELE"; readonly message: number }
  | { readonly verb: "TOP"; readonly message: number; readonly lines: number };

export type Pop3ClientEvent =
  | { readonly type: "bytes"; readonly bytes: Buffer }
  /** The handshake that `start-tls` asked for is done and the certificate was verified. */
  | { readonly type: "tls-started" }
  | { readonly type: "sign-in"; readonly context: SaslContext }
  | { readonly type: "derived"; readonly key: Buffer }
  | { readonly type: "command"; readonly command: Pop3ClientCommand };

export type Pop3ClientEffect =
  | { readonly type: "send"; readonly bytes: Buffer }
  | { readonly type: "start-tls" }
  /** Encrypted, CAPA done: a sign-in may begin. */
  | { readonly type: "ready"; readonly capabilities: Capabilities }
  | { readonly type: "derive"; readonly derivation: KeyDerivation }
  | { readonly type: "signed-in"; readonly mechanism: MechanismName | "USER"; readonly response: UpstreamResponse }
  /** The upstream's verdict, to be relayed with its response code. */
  | { readonly type: "sign-in-refused"; readonly response: UpstreamResponse }
  /** Responses come in the order of the commands. `multiLine`: `body` and then `body-end` follow. */
  | {
      readonly type: "response";
      readonly to: Pop3ClientCommand;
      readonly response: UpstreamResponse;
      readonly multiLine: boolean;
    }
  /**
   * A piece of the multi-line part: `stuffed` goes to the client as it is, `content` is recorded. The final `.` CRLF is
   * in neither, so that the session sends it itself once the record is durable (I3).
   */
  | {
      readonly type: "body";
      readonly to: Pop3ClientCommand;
      readonly stuffed: Buffer;
      readonly content: readonly Buffer[];
    }
  | { readonly type: "body-end"; readonly to: Pop3ClientCommand }
  /** In place of `response` and `body` to CAPA: the list has to be filtered as a whole. */
  | { readonly type: "capabilities"; readonly capabilities: Capabilities }
  /** The upstream said good-bye by itself (an autologout, RFC 1939 §3). */
  | { readonly type: "closing"; readonly response: UpstreamResponse }
  /** The conversation cannot go on; the session drops the connection. */
  | {
      readonly type: "failed";
      readonly fault: Pop3ClientFault;
      readonly response?: UpstreamResponse;
      readonly detail?: string;
    };

export type Pop3ClientFault =
  | "greeting-refused"
  | "tls-not-offered"
  | "tls-refused"
  /** Plaintext behind the response to STLS (CVE-2011-0411 seen from the client's side). */
  | "response-injection"
  | "malformed-response"
  /** A response that answers nothing. */
  | "unexpected-response"
  | "no-mechanism"
  | "sign-in-broken"
  /** The session asked for something out of order: a fault of ours. */
  | "misuse";
