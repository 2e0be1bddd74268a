// SPDX-License-Identifier: Apache-2.0
import type { Credentials } from "../credentials.ts";

/** Mechanisms that carry the secret itself, so that a proxy can sign in elsewhere with it. */
export type SaslMechanismName = "PLAIN" | "LOGIN" | "XOAUTH2" | "OAUTHBEARER";

/**
 * Server side of one mechanism (RFC 4422 §3). Pure: every step gives the next. The protocol around it (SMTP, POP3)
 * does the base64, the cancelling by `*` and the replies.
 */
export interface SaslMechanism {
  readonly name: SaslMechanismName;
  /** Begins with the initial response, or with `undefined` when the client sent none. */
  begin(initialResponse: Buffer | undefined): SaslStep;
  /**
   * A challenge that is sent before a refusal; the client answers it with a response that says nothing, and only then
   * comes the refusal (RFC 7628 §3.2.3).
   */
  readonly refusalChallenge: string | undefined;
}

export type SaslStep =
  | { readonly kind: "challenge"; readonly challenge: string; readonly next: SaslResponder }
  | { readonly kind: "credentials"; readonly credentials: Credentials }
  /** Not what the mechanism's grammar allows. */
  | { readonly kind: "malformed" }
  /** Well formed, but for something that we never grant: to act for somebody else, or a token that is not there. */
  | { readonly kind: "denied" };

/** Takes the client's response, decoded. The octets are overwritten: nobody may use them afterwards. */
export type SaslResponder = (response: Buffer) => SaslStep;

export const malformed: SaslStep = { kind: "malformed" };
export const denied: SaslStep = { kind: "denied" };
