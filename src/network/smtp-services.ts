// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Connection } from "../base/connection.ts";
import { limits } from "../base/limits.ts";
import { remade } from "../base/remade.ts";
import type { Configuration } from "../config/schema.ts";
import type { MailboxFinder } from "../mailbox/mailbox-finder.ts";
import { parsePeerList } from "../mailbox/peers.ts";
import type { Log } from "../observe/log.ts";
import type { Traffic } from "../observe/traffic/traffic.ts";
import type { HeadSource } from "../seal/contract.ts";
import type { Pace } from "../session/denial-pace.ts";
import { JournalIntake, type JournalIntakeStages } from "../session/journal-intake.ts";
import { type SmtpProxyStages, signInToSmtpProxy } from "../session/smtp-proxy/smtp-sign-in.ts";
import { type SmtpSessionSettings, type SmtpSessionStages, serveSmtp } from "../session/smtp-session.ts";
import type { MailStore } from "../store/contract.ts";
import type { ProxyUpstreams } from "../upstream/proxy-upstreams.ts";

/** What the SMTP services are made from. */
export interface SmtpServiceParts {
  readonly configuration: Configuration;
  readonly store: MailStore;
  readonly fingerprintKey: KeyObject;
  readonly heads: HeadSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: nobody can sign in. */
  readonly upstreams: ProxyUpstreams | undefined;
  readonly pace: Pace;
  readonly traffic: Pick<Traffic, "refused">;
}

type Serve = (connection: Connection) => Promise<void>;

/**
 * SMTP on its two kinds of listeners. Journal copies are taken on both; AUTH, which means the proxy, is for submission
 * alone (RFC 6409 §4.3, RFC 8314 §3.3).
 */
export function smtpServices(
  parts: SmtpServiceParts,
  mailboxes: Pick<MailboxFinder, "find">,
): { readonly relay: Serve; readonly submission: Serve } {
  const settings = (): SmtpSessionSettings => sessionSettings(parts.configuration);
  const { clock, log } = parts;
  const intakeStages = journalStages(parts, mailboxes);
  const relayStages: SmtpSessionStages = {
    clock,
    log,
    refused: (refused) => parts.traffic.refused(refused),
    intake: (connection, sessionLog) => new JournalIntake(intakeStages, connection, sessionLog),
  };
  const relay: Serve = (connection) => serveSmtp(connection, settings(), relayStages);
  const proxy = proxyStages(parts, mailboxes);
  if (proxy === undefined) return { relay, submission: relay };
  const submissionSettings = (): SmtpSessionSettings => ({
    ...settings(),
    mechanisms: ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"],
  });
  const submissionStages: SmtpSessionStages = {
    ...relayStages,
    signIn: (credentials, connection, sessionLog) => signInToSmtpProxy(proxy, credentials, connection, sessionLog),
  };
  return { relay, submission: (connection) => serveSmtp(connection, submissionSettings(), submissionStages) };
}

/** For one connection: a change holds from the next one on. */
function sessionSettings(configuration: Configuration): SmtpSessionSettings {
  return {
    hostName: configuration.gateway.hostName,
    maxMessageBytes: configuration.limits.maxMessageBytes,
    maxRecipients: configuration.limits.recipientsPerTransaction,
    maxErrors: configuration.limits.errorsPerSession,
    maxCommands: configuration.limits.commandsPerSession,
    maxLineBytes: limits.smtpCommandLineBytes,
    idleMs: configuration.limits.smtpIdleMs,
    transactionMs: configuration.limits.transactionMs,
    minimumBytesPerSecond: configuration.limits.minimumDataBytesPerSecond,
    minimumRateWindowMs: limits.minimumRateWindowMs,
  };
}

function journalStages(
  { configuration, store, fingerprintKey, heads, clock }: SmtpServiceParts,
  mailboxes: Pick<MailboxFinder, "find">,
): JournalIntakeStages {
  const gatewayPeers = remade(() => configuration.smtp.allowedPeers, parsePeerList);
  const domains = remade(
    () => configuration.gateway.domains,
    (names) => new Set(names.map((domain) => domain.toLowerCase())),
  );
  return {
    store,
    fingerprintKey,
    heads,
    clock,
    hostName: configuration.gateway.hostName,
    maxMailboxes: limits.mailboxesPerTransaction,
    policy: {
      get domains() {
        return domains();
      },
      findMailbox: (id) => mailboxes.find(id),
      peerAllowed: (mailbox, address) => gatewayPeers().allows(address) && mailbox.allowedPeers.allows(address),
      readiness: (expectedBytes) => store.readiness(expectedBytes),
    },
  };
}

function proxyStages(
  { configuration, store, fingerprintKey, heads, clock, upstreams, pace }: SmtpServiceParts,
  mailboxes: Pick<MailboxFinder, "find">,
): SmtpProxyStages | undefined {
  if (upstreams === undefined) return undefined;
  const recording: Pick<SmtpProxyStages["relay"], "findMailbox" | "readiness" | "clock"> = {
    findMailbox: (id) => mailboxes.find(id),
    readiness: (expectedBytes) => store.readiness(expectedBytes),
    clock,
  };
  return {
    signIn: { ...recording, upstreams, pace },
    relay: { ...recording, store, fingerprintKey, heads, hostName: configuration.gateway.hostName },
    times: { replyMs: limits.upstreamReplyMs, verdictMs: limits.upstreamVerdictMs },
    get maxMessageBytes() {
      return configuration.limits.maxMessageBytes;
    },
  };
}
