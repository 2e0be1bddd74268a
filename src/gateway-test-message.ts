// SPDX-License-Identifier: Apache-2.0
import { isIPv6 } from "node:net";
import { type TestDelivery, TestMessages } from "./admin/test-messages.ts";
import type { Clock } from "./base/clock.ts";
import type { Configuration } from "./config/schema.ts";
import type { Gateway, OpenPort } from "./gateway.ts";
import { deliverToSelf } from "./upstream/own-delivery.ts";

/** Test messages of a gateway to itself: over its own listener, with STARTTLS, trusting its own certificate alone. */
export function testMessages(
  gateway: Pick<Gateway, "ports" | "certificate">,
  { configuration, clock }: { readonly configuration: Configuration; readonly clock: Clock },
): TestMessages {
  const { hostName } = configuration.gateway;
  const deliver: TestDelivery = async (recipient, content) => {
    const listener = listenerFor(gateway.ports);
    if (listener === undefined) return { kind: "no-listener" };
    const fingerprint = gateway.certificate.fingerprint.replaceAll(":", "").toLowerCase();
    const address = reachable(listener.host);
    return deliverToSelf({ address, port: listener.port, hostName, fingerprint, recipient, content, clock });
  };
  return new TestMessages({ deliver, clock, hostName });
}

/** Where other servers deliver; else where they might: submission takes journal copies as well. */
function listenerFor(ports: readonly OpenPort[]): OpenPort | undefined {
  return ports.find(({ service }) => service === "smtp") ?? ports.find(({ service }) => service === "submission");
}

/** Who listens on every address is reached by loopback. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return isIPv6(host) && /^[0:]+$/.test(host) ? "::1" : host;
}
