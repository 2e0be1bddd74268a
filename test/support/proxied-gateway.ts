// SPDX-License-Identifier: Apache-2.0
import { GatewayProcess } from "./gateway-process.ts";

/**
 * Servers of this machine that a gateway's proxy may reach by the loopback address, and the authority of their
 * certificates. Not as `localhost`: that is what the gateway itself is called here, and it never connects to itself.
 */
export interface ProxyTargets {
  readonly ports: readonly number[];
  readonly caFile: string;
}

/** The real program, allowed to reach servers of a test. `configuration`: more sections; `settings`: more lines. */
export function startProxiedGateway(
  { ports, caFile }: ProxyTargets,
  configuration = "",
  settings: readonly string[] = [],
): Promise<GatewayProcess> {
  return GatewayProcess.start({
    settings,
    configuration: `${configuration}
[proxy]
allowed_targets = [${ports.map((port) => `"127.0.0.1:${port}"`).join(", ")}]
[proxy.ca_files]
"127.0.0.1" = ${JSON.stringify(caFile)}
`,
  });
}

/** What a user types: the account at a server of this machine, through the proxy, into a mailbox. */
export function proxyUserName(user: string, port: number, mailbox: { readonly id: string }): string {
  return `${user}%127.0.0.1:${port}%${mailbox.id}`;
}
