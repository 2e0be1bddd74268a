// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { type DeliveryResult, deliver } from "./delivery.ts";
import { UpstreamTls } from "./tls.ts";
import { TrustStore } from "./trust.ts";

/** A listener of the gateway itself, and one message for it. */
export interface OwnDelivery {
  /** Where to connect to: an address, never a name. */
  readonly address: string;
  readonly port: number;
  /** Our name in EHLO. */
  readonly hostName: string;
  /** SHA-256 of the gateway's own certificate: the listener must show this one, whoever issued it. */
  readonly fingerprint: string;
  readonly recipient: string;
  readonly content: Buffer;
  readonly clock: Clock;
}

/** Delivers a message to a listener of the gateway as a peer would: EHLO, STARTTLS, MAIL, RCPT, BDAT. */
export async function deliverToSelf(delivery: OwnDelivery): Promise<DeliveryResult> {
  const { address, port, hostName, fingerprint, recipient, content, clock } = delivery;
  const host = hostName.toLowerCase();
  const tls = new UpstreamTls(await TrustStore.load({ caFiles: new Map(), pins: new Map([[host, fingerprint]]) }));
  return deliver({
    addresses: [address],
    port,
    target: { host, hostKind: "name", port },
    security: "starttls",
    tls,
    hostName,
    reversePath: "",
    recipients: [recipient],
    content,
    clock,
    totalMs: limits.testMessageMs,
  });
}
