// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import type { SecureContext } from "node:tls";
import type { AccountRegistry } from "./admin/accounts/account-registry.ts";
import { type AccountStages, accountStages } from "./admin/accounts/account-stages.ts";
import { SetUp } from "./admin/api/set-up.ts";
import { ControlServer } from "./admin/control-server.ts";
import type { OperationStages } from "./admin/operation.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import type { PosternError } from "./base/errors.ts";
import { limits } from "./base/limits.ts";
import { CertificateDesk } from "./certificate/certificate-desk.ts";
import type { LiveSettings } from "./config/live-settings.ts";
import type { Configuration } from "./config/schema.ts";
import type { Console } from "./gateway-console.ts";

import { noticeDesk } from "./gateway-notify.ts";

import { testMessages } from "./gateway-test-message.ts";
import type { CertificateFacts, CertificatePair } from "./listen/certificate.ts";
import { CurrentCertificate } from "./listen/current-certificate.ts";
import { MailboxRegistry } from "./mailbox/registry.ts";
import { type MailDoors, networkThreads, OwnDoors } from "./network/mail-doors.ts";
import { type MailService, MailServices } from "./network/mail-services.ts";
import { type LocalState, localState } from "./network/shared-state.ts";
import { ThreadDoors } from "./network/thread-doors.ts";
import type { NoticeDesk } from "./notify/notice-desk.ts";

import { EventFeed, feedingLog } from "./observe/event-feed.ts";
import { countingLog } from "./observe/event-metrics.ts";
import type { Log } from "./observe/log.ts";
import { MetricsRegistry } from "./observe/metrics.ts";
import { Traffic, watchedLog } from "./observe/traffic/traffic.ts";
import type { AccountStore } from "./store/accounts/contract.ts";
import { openAccounts } from "./store/accounts/open-accounts.ts";
import type { Store } from "./store/contract.ts";
import { openStore } from "./store/open-store.ts";
import { loadSecretKey } from "./store/secret-key-file.ts";
import type { Fault } from "./store/writer/faults.ts";
import { createProxyUpstreams, type ProxyUpstreams } from "./upstream/proxy-upstreams.ts";
import type { Resolver } from "./upstream/resolve.ts";

/** What a gateway is made from beside its configuration; tests bring their own clock. */
export interface GatewayParts {
  readonly log: Log;
  readonly clock?: Clock;
  /** Faults of the disk that a test plans. */
  readonly storeFaults?: readonly Fault[];
  /** Of this program, for `postern status`. */
  readonly version?: string;
  /** What the configuration comes from, so that it can be changed; absent: it cannot. */
  readonly settings?: LiveSettings;
  /** Looks up the names of upstreams; default is the system's. */
  readonly resolver?: Resolver;
}

/** The services a listener can offer. */
export type ServiceName = MailService | "console";

export interface OpenPort {
  readonly service: ServiceName;
  readonly host: string;
  readonly port: number;
}

/** A running gateway. Made by `createGateway`; the same door for `serve`, for tests and for the demo. */
export interface Gateway {
  readonly mailboxes: MailboxRegistry;
  readonly accounts: AccountRegistry;
  readonly store: Store;
  readonly certificate: CertificateFacts;
  /** What makes the first administrator over HTTPS; `undefined` when there is one, or no listener for it. */
  readonly setUpToken: string | undefined;
  /** Who serves the connections for mail. */
  readonly doors: MailDoors;
  /** Binds all listeners. Throws `listen/address-in-use`; nothing is left open then. */
  start(): Promise<void>;
  /** Takes the certificate that is in its files now, as it does by itself every minute. Never throws. */
  lookAtCertificate(): Promise<void>;
  /** Resolves when a fault has ended what the gateway cannot be without. It answers 4xx then; stop it and start anew. */
  readonly failed: Promise<PosternError>;
  /** Lets sessions end, then closes the store. Idempotent. */
  stop(): Promise<void>;
  readonly ports: readonly OpenPort[];
  /** The first port of a service; for tests and the demo, which bind port 0. */
  port(service: ServiceName): number;
}

/**
 * Puts the stages together: opens (and recovers) the store, loads keys and certificate. The one place that knows every
 * stage. Throws the errors of the parts, `store/in-use` among them.
 */
export async function createGateway(configuration: Configuration, parts: GatewayParts): Promise<Gateway> {
  const clock = parts.clock ?? systemClock;
  const metrics = new MetricsRegistry();
  const feed = new EventFeed({
    kept: limits.eventsKept,
    followers: limits.eventFollowers,
    peerAddresses: configuration.log.peerAddresses,
    nowMs: () => clock.nowMs(),
  });
  const traffic = new Traffic({ nowMs: () => clock.nowMs(), ...limits.traffic });
  const log = watchedLog(countingLog(feedingLog(parts.log, feed), metrics), traffic);
  const directory = configuration.gateway.dataDirectory;
  const threads = threadsFor(configuration, parts);
  const store = await openStore({
    directory,
    clock,
    log,
    diskReserveBytes: configuration.limits.diskReserveBytes,
    repeatedDeliveryMs: configuration.limits.repeatedDeliveryMs,
    faults: parts.storeFaults ?? [],
    sharePlaces: threads === 1 ? 0 : threads,
  });
  let accountStore: AccountStore | undefined;
  try {
    accountStore = await openAccounts(directory);
    const certificates = await CertificateDesk.open({ configuration, clock, log });
    const pair = await certificates.load();
    const fingerprintKey = await loadSecretKey(join(directory, "secrets", "fingerprint.key"));
    const version = parts.version ?? "unknown";
    const state = localState(configuration, { clock, traffic });
    const proxyParts = { clock, throttle: state.logins, ...pickResolver(parts) };
    const upstreams = threads === 1 ? await createProxyUpstreams(configuration, proxyParts) : undefined;
    return new RunningGateway({
      settings: parts.settings,
      configuration,
      log,
      feed,
      metrics,
      traffic,
      clock,
      store,
      accountStore,
      fingerprintKey,
      pair,
      certificates,
      version,
      state,
      threads,
      upstreams,
      ...pickResolver(parts),
    });
  } catch (error) {
    await accountStore?.stop();
    await store.stop();
    throw error;
  }
}

interface ReadyParts {
  readonly settings: LiveSettings | undefined;
  readonly metrics: MetricsRegistry;
  readonly traffic: Traffic;
  readonly configuration: Configuration;
  readonly log: Log;
  /** What the log says, for whoever follows it over HTTPS. */
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly store: Store;
  readonly accountStore: AccountStore;
  readonly fingerprintKey: KeyObject;
  readonly state: LocalState;
  /** How many threads serve connections; one is our own. */
  readonly threads: number;
  readonly pair: CertificatePair;
  readonly certificates: CertificateDesk;
  readonly version: string;
  /** Shared by the proxies; `undefined` when they are switched off, or other threads have theirs. */
  readonly upstreams: ProxyUpstreams | undefined;
  readonly resolver?: Resolver;
}

/** A clock or resolver of a test's own cannot be taken to another thread. */
function threadsFor({ gateway }: Configuration, { clock, resolver }: GatewayParts): number {
  return clock === undefined && resolver === undefined ? networkThreads(gateway.threads) : 1;
}

function pickResolver({ resolver }: GatewayParts): Pick<GatewayParts, "resolver"> {
  return resolver === undefined ? {} : { resolver };
}

class RunningGateway implements Gateway {
  readonly mailboxes: MailboxRegistry;
  readonly store: Store;
  readonly #certificate: CurrentCertificate;
  readonly #parts: ReadyParts;
  readonly #notices: NoticeDesk;
  readonly #stages: OperationStages;
  readonly #setUp: SetUp;
  readonly doors: MailDoors;
  #console: Console | undefined;
  #control: ControlServer | undefined;
  #stopped: Promise<void> | undefined;

  constructor(parts: ReadyParts) {
    const { configuration, clock, store } = parts;
    this.#parts = parts;
    this.store = store;
    this.#certificate = new CurrentCertificate(parts.pair, {
      load: () => parts.certificates.load(),
      log: parts.log,
      minimumVersion: configuration.tls.minimumVersion,
      renewed: () => {
        this.doors.certificateRenewed();
        this.#console?.renew();
      },
    });
    this.mailboxes = new MailboxRegistry({
      store,
      clock,
      recipientKind: configuration.seal.recipientType,
      workFactor: configuration.seal.scryptWorkFactor,
    });
    const accounts = accountStages(parts.accountStore, parts);
    this.#setUp = new SetUp(accounts.accounts);
    this.#notices = noticeDesk(this, parts);
    this.#stages = this.#operationStages(accounts);
    this.doors = mailDoors(parts, this.mailboxes, this.#certificate);
  }

  get accounts(): AccountRegistry {
    return this.#stages.accounts;
  }

  get certificate(): CertificateFacts {
    return this.#certificate.facts;
  }

  lookAtCertificate(): Promise<void> {
    return this.#certificate.look(true);
  }

  get setUpToken(): string | undefined {
    return this.#console === undefined ? undefined : this.#setUp.token;
  }

  get failed(): Promise<PosternError> {
    return this.store.failed;
  }

  get ports(): readonly OpenPort[] {
    const web = this.#console?.listeners ?? [];
    return [...this.doors.ports, ...web.map(({ host, port }) => ({ service: "console" as const, host, port }))];
  }

  port(service: ServiceName): number {
    const found = this.ports.find((each) => each.service === service);
    if (found === undefined) throw new RangeError(`no listener for ${service}`);
    return found.port;
  }

  async start(): Promise<void> {
    try {
      // Before the ports: whoever sees that mail is taken may run a command at once.
      this.#control = await ControlServer.open(this.#parts.configuration.control.socket, this.#stages);
      if (this.#parts.configuration.tls.certificateFile !== undefined)
        this.#certificate.watch(limits.certificateLookMs);
      const { listen } = this.#parts.configuration;
      await this.doors.open(services.flatMap((service) => listen[service].map((address) => ({ service, address }))));
      this.#console = await this.#openConsole();
    } catch (error) {
      await this.stop();
      throw error;
    }
    const { certificates, settings } = this.#parts;
    certificates.start(() => this.#certificate.look(true));
    settings?.onChange(() => {
      this.doors.settingsChanged();
      void certificates.settingsChanged();
    });
    await this.#notices.start();
    settings?.onChange(() => this.#notices.settingsChanged());
    this.#parts.log.event("gateway/started", { listeners: this.ports.length });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  /** What the doors for administrators work on: the control socket and the API. */
  #operationStages(accounts: AccountStages): OperationStages {
    const { configuration, log, clock, version, store } = this.#parts;
    const startedAtMs = clock.nowMs();
    return {
      ...accounts,
      mailboxes: this.mailboxes,
      store,
      configuration,
      log,
      traffic: this.#parts.traffic,
      testMessages: testMessages(this, this.#parts),
      settings: this.#parts.settings,
      certificates: this.#parts.certificates,
      notices: this.#notices,
      running: () => ({
        version,
        processId: process.pid,
        startedAtMs,
        ports: this.ports,
        networkThreads: this.doors.threads,
        certificateFingerprint: this.certificate.fingerprint,
        certificate: this.certificate,
        counters: this.#parts.metrics.values(),
      }),
    };
  }

  async #openConsole(): Promise<Console | undefined> {
    const { configuration, clock, feed, version, log } = this.#parts;
    const addresses = configuration.listen.console;
    if (addresses.length === 0) return undefined;
    // Loaded here: a gateway without it starts sooner.
    const { Console } = await import("./gateway-console.ts");
    const share = {
      limits: this.#parts.state.places,
      context: () => this.#certificate.source,
      handshakeTimeoutMs: limits.tlsHandshakeMs,
      log,
    };
    return Console.open({ addresses, stages: this.#stages, setUp: this.#setUp, feed, version, clock, share });
  }

  async #stopOnce(): Promise<void> {
    const { log, configuration, store, accountStore } = this.#parts;
    log.event("gateway/stopping");
    await this.#notices.stop();
    this.#certificate.close();
    await this.#parts.certificates.stop();
    await this.#control?.close();
    const { drainMs } = configuration.limits;
    await Promise.all([this.doors.close(drainMs), this.#console?.close(drainMs)]);
    await accountStore.stop();
    await store.stop();
    log.event("gateway/stopped");
  }
}

const services: readonly MailService[] = ["smtp", "submission", "submissions", "pop3", "pop3s"];

/** Connections are served here, or by threads of their own. */
function mailDoors(parts: ReadyParts, mailboxes: MailboxRegistry, certificate: CurrentCertificate): MailDoors {
  if (parts.threads > 1) return new ThreadDoors({ ...parts, pair: () => certificate.pair });
  const secureContext = (): SecureContext => certificate.context;
  return new OwnDoors(new MailServices({ ...parts, mailboxes, secureContext, connectionPrefix: "" }));
}
