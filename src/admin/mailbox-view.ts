// SPDX-License-Identifier: Apache-2.0
import type { Configuration } from "../config/schema.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { mailboxVersion } from "../mailbox/version.ts";
import type { MailboxCounts } from "../store/contract.ts";
import type { RunningFacts } from "./operation.ts";
import type { MailboxDetails, MailboxSummary } from "./shapes.ts";

/** The address that is shown: in the first domain of the gateway. */
export function addressOf(mailbox: Pick<Mailbox, "id">, configuration: Configuration): string {
  return `${mailbox.id}@${configuration.gateway.domains[0] ?? configuration.gateway.hostName}`;
}

export function summarise(
  mailbox: Mailbox,
  counts: MailboxCounts | undefined,
  configuration: Configuration,
): MailboxSummary {
  return {
    id: mailbox.id,
    address: addressOf(mailbox, configuration),
    name: mailbox.name,
    description: mailbox.description,
    state: mailbox.state,
    createdAt: new Date(mailbox.createdAtMs).toISOString(),
    purpose: mailbox.purpose,
    sources: counts?.sources ?? [],
    messages: counts?.messages ?? 0,
    sealedBytes: counts?.sealedBytes ?? 0,
    oldestReceivedAt: timeOrNull(counts?.oldestReceivedAtMs),
    lastReceivedAt: timeOrNull(counts?.lastReceivedAtMs),
    lastPulledAt: timeOrNull(counts?.lastPulledAtMs),
  };
}

export function describeMailbox(
  mailbox: Mailbox,
  counts: MailboxCounts | undefined,
  gateway: { readonly configuration: Configuration; readonly running: (() => RunningFacts) | undefined },
): MailboxDetails {
  const { configuration } = gateway;
  return {
    ...summarise(mailbox, counts, configuration),
    addresses: configuration.gateway.domains.map((domain) => `${mailbox.id}@${domain}`),
    version: mailboxVersion({ ...mailbox, allowedPeers: mailbox.allowedPeers.entries }),
    recipient: mailbox.recipient.text,
    recipientKind: mailbox.recipient.kind,
    allowedPeers: mailbox.allowedPeers.entries,
    requireTls: mailbox.requireTls,
    allowedTargets: mailbox.allowedTargets,
    mostWaitingBytes: mailbox.mostWaitingBytes ?? null,
    deliver: [...endpoints(gateway, "smtp", "starttls")],
    pull: [...endpoints(gateway, "pop3s", "implicit"), ...endpoints(gateway, "pop3", "starttls")],
    submit: [...endpoints(gateway, "submissions", "implicit"), ...endpoints(gateway, "submission", "starttls")],
  };
}

type Endpoint = MailboxDetails["pull"][number];

/** The name of the gateway and each port of a service once: as it listens, or as it is configured to. */
function endpoints(
  {
    configuration,
    running,
  }: { readonly configuration: Configuration; readonly running: (() => RunningFacts) | undefined },
  service: keyof Configuration["listen"],
  tls: Endpoint["tls"],
): readonly Endpoint[] {
  const open = running?.().ports.filter((each) => each.service === service) ?? configuration.listen[service];
  const ports = new Set(open.map((each) => each.port));
  return Array.from(ports, (port) => ({ host: configuration.gateway.hostName, port, tls }));
}

function timeOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
