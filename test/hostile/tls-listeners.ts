// SPDX-License-Identifier: Apache-2.0
import type { GatewayPorts } from "../support/gateway-process.ts";

export interface TlsListener {
  readonly name: string;
  readonly port: number;
  /** The protocol in which TLS is asked for; absent: from the first octet. */
  readonly startTls?: "smtp" | "pop3";
}

/** Every port where the gateway speaks TLS. */
export function tlsListeners(ports: GatewayPorts): readonly TlsListener[] {
  return [
    { name: "smtp (STARTTLS)", port: ports.smtp, startTls: "smtp" },
    { name: "submission (STARTTLS)", port: ports.submission, startTls: "smtp" },
    { name: "submissions", port: ports.submissions },
    { name: "pop3 (STLS)", port: ports.pop3, startTls: "pop3" },
    { name: "pop3s", port: ports.pop3s },
    { name: "console (https)", port: ports.console },
  ];
}
