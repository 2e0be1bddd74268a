// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import type { SecureContext } from "node:tls";
import type { Clock } from "../base/clock.ts";
import type { Connection } from "../base/connection.ts";
import { describeError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Configuration } from "../config/schema.ts";
import { type ListenAddress, Listener, type ListenerShare } from "../listen/listener.ts";
import { OpenConnections } from "../listen/open-connections.ts";
import type { MailboxFinder } from "../mailbox/mailbox-finder.ts";
import type { Log } from "../observe/log.ts";
import { OpeningThread } from "../pull/opening.ts";
import { HeadsAhead } from "../seal/heads-ahead.ts";
import type { MailStore } from "../store/contract.ts";
import type { ProxyUpstreams } from "../upstream/proxy-upstreams.ts";
import { pop3Service } from "./pop3-service.ts";
import type { SharedState } from "./shared-state.ts";
import { smtpServices } from "./smtp-services.ts";

const smtpBusy = "421 4.7.0 Too many connections, try again later\r\n";
const pop3Busy = "-ERR [SYS/TEMP] Too many connections, try again later\r\n";

/** How the services of mail begin. */
export const mailServices = {
  smtp: { implicitTls: false, busyText: smtpBusy },
  submission: { implicitTls: false, busyText: smtpBusy },
  submissions: { implicitTls: true, busyText: smtpBusy },
  pop3: { implicitTls: false, busyText: pop3Busy },
  pop3s: { implicitTls: true, busyText: pop3Busy },
} as const;

export type MailService = keyof typeof mailServices;

/** A port that takes connections. */
export interface MailPort {
  readonly service: MailService;
  readonly host: string;
  readonly port: number;
}

export interface MailServicesParts {
  readonly configuration: Configuration;
  readonly store: MailStore;
  readonly mailboxes: Pick<MailboxFinder, "find">;
  readonly fingerprintKey: KeyObject;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: nobody gets to the proxies. */
  readonly upstreams: ProxyUpstreams | undefined;
  readonly state: SharedState;
  readonly secureContext: () => SecureContext;
  /** What the id of each connection begins with. */
  readonly connectionPrefix: string;
  /** Other threads listen at the same ports, and share what the process may hold; default 1. */
  readonly threads?: number;
}

/** SMTP and POP3 on their listeners, served by the thread that this is made in. */
export class MailServices {
  readonly #parts: MailServicesParts;
  readonly #share: ListenerShare;
  readonly #heads: HeadsAhead;
  readonly #opening = new OpeningThread();
  readonly #serve: Readonly<Record<MailService, (connection: Connection) => Promise<void>>>;
  #listeners: readonly { readonly service: MailService; readonly listener: Listener }[] = [];

  constructor(parts: MailServicesParts) {
    const { state, log, mailboxes, threads = 1 } = parts;
    this.#parts = parts;
    this.#heads = new HeadsAhead((error) => log.event("seal/thread-ended", { cause: describeError(error) }));
    let connections = 0;
    this.#share = {
      limits: state.places,
      open: new OpenConnections(),
      secureContext: parts.secureContext,
      handshakeTimeoutMs: limits.tlsHandshakeMs,
      log,
      nextId: () => `${parts.connectionPrefix}${++connections}`,
    };
    const stages = { ...parts, ...state, threads, heads: this.#heads, opening: this.#opening };
    const { relay, submission } = smtpServices({ ...stages, traffic: state }, mailboxes);
    const pop3 = pop3Service(stages, mailboxes);
    this.#serve = { smtp: relay, submission, submissions: submission, pop3, pop3s: pop3 };
  }

  /** Those that are open. */
  get ports(): readonly MailPort[] {
    return this.#listeners.map(({ service, listener: { host, port } }) => ({ service, host, port }));
  }

  /** Binds. Throws `listen/address-in-use` and `listen/cannot-bind`. */
  async listen(service: MailService, address: ListenAddress): Promise<MailPort> {
    const { threads = 1 } = this.#parts;
    const options = { ...mailServices[service], name: service, address, reusePort: threads > 1 };
    const listener = await Listener.open({ ...options, serve: this.#serve[service] }, this.#share);
    this.#listeners = [...this.#listeners, { service, listener }];
    return { service, host: listener.host, port: listener.port };
  }

  /** Takes no more connections, lets sessions end for up to `drainMs`, then ends what is left. */
  async close(drainMs: number): Promise<void> {
    const late = setTimeout(() => this.#parts.upstreams?.stop(), drainMs);
    await Promise.all(this.#listeners.map(({ listener }) => listener.close(drainMs)));
    clearTimeout(late);
    await Promise.all([this.#heads.stop(), this.#opening.stop()]);
  }
}
