// SPDX-License-Identifier: Apache-2.0
import { createHmac, type KeyObject } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Connection } from "../base/connection.ts";
import { limits } from "../base/limits.ts";
import type { Configuration } from "../config/schema.ts";
import type { MailboxFinder } from "../mailbox/mailbox-finder.ts";
import { PullSignIn } from "../mailbox/sign-in.ts";
import type { SignInGate } from "../mailbox/sign-in-gate.ts";
import type { Log } from "../observe/log.ts";
import { BrokenMessages } from "../pull/broken-messages.ts";
import type { OpeningThread } from "../pull/opening.ts";
import { type Pop3SessionSettings, servePop3 } from "../pull/pop3-session.ts";
import type { HeadSource } from "../seal/contract.ts";
import type { Pace } from "../session/denial-pace.ts";
import { Pop3ProxyDoor, type Pop3ProxyDoorStages } from "../session/pop3-proxy-door.ts";
import type { MailStore } from "../store/contract.ts";
import type { ProxyUpstreams } from "../upstream/proxy-upstreams.ts";

/** What POP3 is made from. */
export interface Pop3ServiceParts {
  readonly configuration: Configuration;
  readonly store: MailStore;
  readonly fingerprintKey: KeyObject;
  readonly heads: HeadSource;
  readonly opening: OpeningThread;
  readonly gate: SignInGate;
  readonly threads: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: nobody gets to the proxy. */
  readonly upstreams: ProxyUpstreams | undefined;
  readonly pace: Pace;
}

/** POP3 on all its listeners: pulling, and the door to the proxy. */
export function pop3Service(
  parts: Pop3ServiceParts,
  mailboxes: Pick<MailboxFinder, "find">,
): (connection: Connection) => Promise<void> {
  const { configuration, store, opening, log } = parts;
  const signIn = new PullSignIn({
    table: store.mailboxes,
    workFactor: configuration.seal.scryptWorkFactor,
    decoyKey: createHmac("sha256", parts.fingerprintKey).update("unknown mailboxes").digest(),
    gate: parts.gate,
  });
  const settings: Pop3SessionSettings = {
    hostName: configuration.gateway.hostName,
    get maxErrors() {
      return configuration.limits.errorsPerSession;
    },
    maxCommandsBeforeSignIn: limits.pop3CommandsBeforeSignIn,
    maxLineBytes: limits.pop3CommandLineBytes,
    get idleMs() {
      return configuration.limits.pop3IdleMs;
    },
  };
  const proxy = pop3ProxyDoor(parts, mailboxes, settings);
  const broken = new BrokenMessages();
  return (connection) => servePop3(connection, settings, { store, signIn, opening, broken, proxy, log });
}

function pop3ProxyDoor(
  { upstreams, pace, store, fingerprintKey, heads, clock, log, threads }: Pop3ServiceParts,
  mailboxes: Pick<MailboxFinder, "find">,
  settings: Pop3SessionSettings,
): Pop3ProxyDoor | undefined {
  if (upstreams === undefined) return undefined;
  const stages: Pop3ProxyDoorStages = {
    upstreams,
    pace,
    store,
    fingerprintKey,
    heads,
    findMailbox: (id) => mailboxes.find(id),
    readiness: (expectedBytes) => store.readiness(expectedBytes),
    clock,
    log,
    threads,
  };
  return new Pop3ProxyDoor(stages, settings);
}
