// SPDX-License-Identifier: Apache-2.0
import type { KeyDerivation, SaslContext } from "../protocol/sasl/client/mechanism.ts";
import { failure, type UpstreamFailure } from "./failure.ts";

/**
 * A client machine on its way to a signed-in conversation, the same for SMTP and POP3. `Offer` is what the upstream
 * announces, `Verdict` the words in which it answers a sign-in.
 */
export interface Leg<Offer, Verdict> {
  handle(event: LegEvent): readonly LegStep<Offer, Verdict>[];
}

export type LegEvent =
  | { readonly type: "bytes"; readonly bytes: Buffer }
  | { readonly type: "tls-started" }
  | { readonly type: "sign-in"; readonly context: SaslContext }
  | { readonly type: "derived"; readonly key: Buffer };

export type LegStep<Offer, Verdict> =
  | { readonly kind: "send"; readonly bytes: Buffer }
  | { readonly kind: "start-tls" }
  | { readonly kind: "derive"; readonly derivation: KeyDerivation }
  | { readonly kind: "ready"; readonly offer: Offer }
  | SignedIn<Verdict>
  | Refused<Verdict>
  | UpstreamFailure;

export interface SignedIn<Verdict> {
  readonly kind: "signed-in";
  readonly mechanism: string;
  readonly verdict: Verdict;
}

/** The upstream's own no, to be relayed word for word. */
export interface Refused<Verdict> {
  readonly kind: "refused";
  readonly verdict: Verdict;
  /** Whether the credentials are wrong, or the upstream has trouble or is busy. */
  readonly blames: "credentials" | "upstream";
}

export type LegFault =
  | "greeting-refused"
  | "extensions-refused"
  | "tls-not-offered"
  | "tls-refused"
  | "response-injection"
  | "malformed-response"
  | "unexpected-response"
  | "no-mechanism"
  | "sign-in-broken"
  | "misuse";

/** @param said what the upstream answered, or what the machine knows; goes to the log alone */
export function faultFailure(fault: LegFault, host: string, said: string): UpstreamFailure {
  const words = said === "" ? "" : `: ${said.slice(0, 200)}`;
  switch (fault) {
    case "greeting-refused":
      return failure("conversation-broken", `${host} does not take connections now${words}`, host);
    case "extensions-refused":
      return failure("conversation-broken", `${host} knows no extensions, so nobody can sign in${words}`, host);
    case "tls-not-offered":
      return failure("tls-not-offered", `${host} offers no encryption; credentials are not sent in clear`, host);
    case "tls-refused":
      return failure("tls-not-offered", `${host} refused to encrypt; credentials are not sent in clear`, host);
    case "response-injection":
      return failure("response-injection", `${host} sent plaintext behind its answer to STARTTLS`, host);
    case "malformed-response":
    case "unexpected-response":
      return failure("conversation-broken", `${host} does not keep to the protocol (${fault})${words}`, host);
    case "no-mechanism":
      return failure("no-mechanism", `${host} offers no way to sign in that the proxy can use${words}`, host);
    case "sign-in-broken":
      return failure("server-not-verified", `${host} broke off the sign-in${words}`, host);
    case "misuse":
      return failure("conversation-broken", `the conversation with ${host} was misused: a fault of the gateway`, host);
  }
}
