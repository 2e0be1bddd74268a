// SPDX-License-Identifier: Apache-2.0
import { createSecretKey } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { generateMailboxId } from "../../src/base/ids.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Mailbox } from "../../src/mailbox/mailbox.ts";
import { parsePeerList } from "../../src/mailbox/peers.ts";
import type { Log, LogFields } from "../../src/observe/log.ts";
import { generateIdentity, parseIdentity } from "../../src/seal/identity.ts";
import { parseRecipient } from "../../src/seal/keys.ts";
import { unsealWhole } from "../../src/seal/unseal.ts";
import { DenialPace } from "../../src/session/denial-pace.ts";
import { JournalIntake } from "../../src/session/journal-intake.ts";
import { type SmtpProxyStages, signInToSmtpProxy } from "../../src/session/smtp-proxy/smtp-sign-in.ts";
import { type SmtpSessionSettings, serveSmtp } from "../../src/session/smtp-session.ts";
import { createProxyUpstreams, type ProxyUpstreams } from "../../src/upstream/proxy-upstreams.ts";
import { ClientPipe } from "./client-pipe.ts";
import { FakeAuthority, type FakeCertificate } from "./fake-certificates.ts";
import { FakeUpstream, type Script } from "./fake-upstream.ts";
import { asStore, MemoryStore, noMailboxes } from "./memory-store.ts";
import { removeDirectory, temporaryDirectory } from "./temporary.ts";

export const upstreamUser = { user: "anna", password: "the-users-password" };

const usualSettings: SmtpSessionSettings = {
  hostName: "gateway.example",
  maxMessageBytes: 100_000,
  maxRecipients: 10,
  maxErrors: 5,
  maxCommands: 100,
  maxLineBytes: 512,
  idleMs: 60_000,
  transactionMs: 600_000,
  minimumBytesPerSecond: 1,
  minimumRateWindowMs: 600_000,
  mechanisms: ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"],
};

export interface WorldOptions {
  /** How long the upstream's verdict is waited for. */
  readonly verdictMs?: number;
  readonly settings?: Partial<SmtpSessionSettings>;
  /** Of the upstream; default is a good one. */
  readonly certificate?: FakeCertificate;
  readonly clear?: boolean;
}

/** A certificate authority that the proxy trusts for upstreams on 127.0.0.1; made once for many tests. */
export class ProxyTrust {
  readonly directory: string;
  readonly authority: FakeAuthority;
  readonly certificate: FakeCertificate;

  private constructor(directory: string, authority: FakeAuthority, certificate: FakeCertificate) {
    this.directory = directory;
    this.authority = authority;
    this.certificate = certificate;
  }

  static async create(): Promise<ProxyTrust> {
    const directory = await temporaryDirectory("smtp-proxy");
    const authority = await FakeAuthority.create();
    await writeFile(join(directory, "ca.pem"), authority.pem);
    return new ProxyTrust(directory, authority, await authority.issue(["127.0.0.1"]));
  }

  get caFile(): string {
    return join(this.directory, "ca.pem");
  }

  remove(): Promise<void> {
    return removeDirectory(this.directory);
  }
}

/** A session of the SMTP proxy between a client in the test's hand and a scripted upstream, over a store in memory. */
export class SmtpProxyWorld {
  readonly client: ClientPipe;
  readonly upstream: FakeUpstream;
  readonly upstreams: ProxyUpstreams;
  readonly store = new MemoryStore();
  readonly logged: { readonly code: string; readonly fields: LogFields }[] = [];
  readonly #keys = generateIdentity("x25519");
  mailbox: Mailbox;
  /** Resolves when the session is over. */
  readonly served: Promise<void>;

  private constructor(upstream: FakeUpstream, upstreams: ProxyUpstreams, options: WorldOptions) {
    this.upstream = upstream;
    this.upstreams = upstreams;
    this.client = new ClientPipe({ encrypted: options.clear !== true });
    this.mailbox = {
      id: generateMailboxId(),
      name: "test",
      description: "",
      state: "active",
      recipient: parseRecipient(this.#keys.recipient),
      allowedPeers: parsePeerList([]),
      requireTls: true,
      createdAtMs: 0,
      purpose: "other",
      allowedTargets: [],
      mostWaitingBytes: undefined,
      settings: {},
    };
    this.served = this.#serve(options);
  }

  static async open(trust: ProxyTrust, script: Script, options: WorldOptions = {}): Promise<SmtpProxyWorld> {
    const certificate = options.certificate ?? trust.certificate;
    const upstream = await FakeUpstream.start({ certificate, tls: "implicit", script });
    const target = `127.0.0.1:${upstream.port}`;
    const text = `[proxy]\nallowed_targets = ["${target}"]\nca_files = { "${target}" = "${trust.caFile}" }\n`;
    const upstreams = await createProxyUpstreams(loadConfig({ environment: {}, text }));
    if (upstreams === undefined) throw new Error("the proxy is off");
    return new SmtpProxyWorld(upstream, upstreams, options);
  }

  get userName(): string {
    return `${upstreamUser.user}%127.0.0.1:${this.upstream.port}%${this.mailbox.id}`;
  }

  /** AUTH PLAIN as a client would send it. */
  plain(userName = this.userName, password = upstreamUser.password): string {
    return `AUTH PLAIN ${Buffer.from(`\0${userName}\0${password}`).toString("base64")}`;
  }

  /** Greeting, EHLO and AUTH; gives the reply to AUTH. */
  async signIn(): Promise<string> {
    await this.client.reply();
    await this.client.ask("EHLO client.example");
    return this.client.ask(this.plain());
  }

  /** What was recorded: trace block and content, opened with the mailbox's key. */
  records(): readonly { readonly uniqueId: string; readonly trace: string; readonly content: string }[] {
    const aborted = new Set(this.store.aborted);
    return this.store.messages
      .filter(({ uniqueId }) => !aborted.has(uniqueId))
      .map(({ uniqueId, sealed, facts }) => {
        const whole = unsealWhole(parseIdentity(this.#keys.identity), sealed);
        const trace = whole.toString("utf8", 0, facts.traceBytes);
        return { uniqueId, trace, content: whole.toString("latin1", facts.traceBytes) };
      });
  }

  /** What was learnt after sealing, opened. */
  verdicts(): readonly unknown[] {
    return this.store.addenda.map(({ addendum }): unknown =>
      JSON.parse(unsealWhole(parseIdentity(this.#keys.identity), Buffer.from(addendum.sealed)).toString()),
    );
  }

  async close(): Promise<void> {
    this.client.finish("lost");
    await this.served;
    await this.upstream.stop();
  }

  async #serve({ verdictMs = 60_000, settings: changed }: WorldOptions): Promise<void> {
    const settings = { ...usualSettings, ...changed };
    const clock: Clock = systemClock;
    const recording = {
      findMailbox: (id: string) => (id === this.mailbox.id ? this.mailbox : undefined),
      readiness: () => this.store.readiness(),
      clock,
    };
    const stored = { store: asStore(this.store, noMailboxes), fingerprintKey: createSecretKey(Buffer.alloc(32)) };
    const proxy: SmtpProxyStages = {
      signIn: { ...recording, upstreams: this.upstreams, pace: new DenialPace(), wait: async () => undefined },
      relay: { ...recording, ...stored, hostName: settings.hostName },
      times: { replyMs: 60_000, verdictMs },
      maxMessageBytes: settings.maxMessageBytes,
    };
    const policy = { ...recording, domains: new Set(["archive.example"]), peerAllowed: () => true };
    const intake = { ...stored, clock, hostName: settings.hostName, maxMailboxes: 2, policy };
    await serveSmtp(this.client.connection, settings, {
      clock,
      log: this.#log(),
      intake: (connection, log) => new JournalIntake(intake, connection, log),
      signIn: (credentials, connection, log) => signInToSmtpProxy(proxy, credentials, connection, log),
    });
  }

  #log(): Log {
    const log: Log = {
      event: (code, fields = {}) => {
        this.logged.push({ code, fields });
      },
      with: () => log,
    };
    return log;
  }
}
