// SPDX-License-Identifier: Apache-2.0
import { networkInterfaces } from "node:os";
import { type Clock, systemClock } from "../base/clock.ts";
import { remade } from "../base/remade.ts";
import type { Configuration } from "../config/schema.ts";
import { defaultDialSettings, UpstreamDialer } from "./dial.ts";
import { DoorMemory } from "./port-rule.ts";
import { type Resolver, systemResolver } from "./resolve.ts";
import { KeyDeriver } from "./sasl-crypto.ts";
import { createTargetPolicy } from "./targets.ts";
import { UpstreamTls } from "./tls.ts";
import { TrustStore } from "./trust.ts";

/** What a test replaces. */
export interface DialerParts {
  readonly clock?: Clock;
  readonly resolver?: Resolver;
}

/** The dialer that a configuration describes: the same for the running proxy and for `postern doctor upstream`. */
export async function createDialer(configuration: Configuration, parts: DialerParts = {}): Promise<UpstreamDialer> {
  const { gateway, listen, proxy } = configuration;
  const policy = remade(
    () => proxy.allowedTargets,
    (allowed) =>
      createTargetPolicy({
        allowed,
        ownListeners: Object.values(listen).flat(),
        ownNames: [gateway.hostName],
        ownAddresses: machineAddresses,
      }),
  );
  const trust = await TrustStore.load({ caFiles: proxy.caFiles, pins: proxy.pins });
  return new UpstreamDialer(
    { hostName: gateway.hostName, ...defaultDialSettings },
    {
      policy: {
        mayTry: (target, port) => policy().mayTry(target, port),
        allows: (target, address, port) => policy().allows(target, address, port),
      },
      resolver: parts.resolver ?? systemResolver(),
      tls: new UpstreamTls(trust),
      doors: new DoorMemory(),
      deriver: new KeyDeriver(),
      clock: parts.clock ?? systemClock,
    },
  );
}

function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}
