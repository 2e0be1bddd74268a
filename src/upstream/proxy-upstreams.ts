// SPDX-License-Identifier: Apache-2.0
import { type Clock, systemClock } from "../base/clock.ts";
import type { Configuration } from "../config/schema.ts";
import { createDialer, type DialerParts } from "./configured-dialer.ts";
import { CredentialsThrottle, defaultThrottleSettings, type LoginThrottle } from "./credentials-throttle.ts";
import type { UpstreamDialer } from "./dial.ts";

/**
 * What the recording proxies share on their way out. There is one for the gateway: failed logins count together, whatever
 * protocol they came by, because the account at the upstream is the same.
 */
export interface ProxyUpstreams {
  readonly dialer: UpstreamDialer;
  readonly throttle: LoginThrottle;
  /** Aborted when the gateway has waited long enough for its sessions: whoever waits for an upstream gives up. */
  readonly stopped: AbortSignal;
  stop(): void;
}

/**
 * As the configuration describes them; `undefined` when `proxy.enabled` is off. Throws `config/unreadable` for a CA file
 * and `config/invalid` for a target that cannot be.
 */
export async function createProxyUpstreams(
  configuration: Configuration,
  parts: DialerParts & { readonly throttle?: LoginThrottle } = {},
): Promise<ProxyUpstreams | undefined> {
  if (!configuration.proxy.enabled) return undefined;
  const clock: Clock = parts.clock ?? systemClock;
  const end = new AbortController();
  return {
    stopped: end.signal,
    stop: () => end.abort(),
    dialer: await createDialer(configuration, { ...parts, clock }),
    throttle: parts.throttle ?? new CredentialsThrottle(defaultThrottleSettings, clock),
  };
}
