// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import type { QuestionPort } from "../base/ask-port.ts";
import type { Configuration } from "../config/schema.ts";
import type { CertificatePair } from "../listen/certificate.ts";
import type { ListenAddress } from "../listen/listener.ts";
import type { LogEventCode } from "../observe/events.ts";
import type { LogFields } from "../observe/log.ts";
import type { RefusedThing } from "../observe/traffic/refusals.ts";
import type { MailboxChange } from "../store/contract.ts";
import type { StoreShare } from "../store/store-share.ts";
import type { LoginKeys } from "../upstream/credentials-throttle.ts";
import type { MailService } from "./mail-services.ts";

/** An event of the log, with all its fields. */
export type ThreadEvent = readonly [code: LogEventCode, fields: LogFields];

/** What a network thread asks or tells the gateway. Plain values only: they are copied. */
export type ToGateway =
  | { readonly kind: "enter"; readonly address: string }
  | { readonly kind: "leave"; readonly address: string }
  | { readonly kind: "check-password"; readonly permit: number; readonly peerAddress: string }
  | { readonly kind: "password-checked"; readonly permit: number; readonly verdict: "denied" | "other" }
  | { readonly kind: "login"; readonly permit: number; readonly keys: LoginKeys }
  | { readonly kind: "login-ended"; readonly permit: number; readonly verdict: "good" | "bad" | "none" }
  | { readonly kind: "login-took"; readonly ms: number }
  | { readonly kind: "refused"; readonly thing: RefusedThing }
  | { readonly kind: "events"; readonly events: readonly ThreadEvent[] };

/** What the gateway asks or tells a network thread. */
export type ToNetworkThread =
  | { readonly kind: "listen"; readonly service: MailService; readonly address: ListenAddress }
  | { readonly kind: "mailbox"; readonly change: MailboxChange }
  | { readonly kind: "configuration"; readonly configuration: Configuration }
  | { readonly kind: "certificate"; readonly certificate: ThreadCertificate }
  | { readonly kind: "login-took"; readonly ms: number }
  | { readonly kind: "close"; readonly drainMs: number };

export interface ThreadCertificate {
  readonly pair: CertificatePair;
  /** The same for all threads, so that each can resume what another began. */
  readonly ticketKeys: Buffer;
}

/** What a network thread begins with. */
export interface NetworkThreadOptions {
  /** In the ids of its connections. */
  readonly number: number;
  /** How many share what the process may hold. */
  readonly threads: number;
  readonly configuration: Configuration;
  readonly store: StoreShare;
  readonly fingerprintKey: KeyObject;
  readonly loginKey: Uint8Array;
  readonly certificate: ThreadCertificate;
  readonly asks: QuestionPort<ToGateway>;
  readonly told: QuestionPort<ToNetworkThread>;
}
