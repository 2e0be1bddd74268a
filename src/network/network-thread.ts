// SPDX-License-Identifier: Apache-2.0
import type { SecureContext } from "node:tls";
import { workerData } from "node:worker_threads";
import { AskPort, answerOn } from "../base/ask-port.ts";
import { systemClock } from "../base/clock.ts";
import { liveView } from "../config/live-view.ts";
import type { Configuration } from "../config/schema.ts";
import { secureContextOf, type TlsVersion } from "../listen/certificate.ts";
import { MailboxFinder } from "../mailbox/mailbox-finder.ts";
import { type JoinedStore, joinStore } from "../store/join-store.ts";
import { createProxyUpstreams } from "../upstream/proxy-upstreams.ts";
import { type AskedState, askedState } from "./asked-state.ts";
import { MailServices } from "./mail-services.ts";
import { ThreadLog } from "./thread-log.ts";
import type { NetworkThreadOptions, ThreadCertificate, ToGateway, ToNetworkThread } from "./thread-messages.ts";

/** A network thread: serves connections, and works in the store that the gateway opened. */
class NetworkThread {
  readonly #services: MailServices;
  readonly #store: JoinedStore;
  readonly #state: AskedState;
  readonly #log: ThreadLog;
  readonly #asking: AskPort<ToGateway, unknown>;
  readonly #told: NetworkThreadOptions["told"];
  readonly #minimumVersion: TlsVersion;
  #configuration: Configuration;
  #context: SecureContext;

  private constructor(
    options: NetworkThreadOptions,
    parts: { readonly asking: AskPort<ToGateway, unknown>; readonly state: AskedState },
    upstreams: Awaited<ReturnType<typeof createProxyUpstreams>>,
  ) {
    const { number, threads, fingerprintKey } = options;
    this.#asking = parts.asking;
    this.#told = options.told;
    this.#state = parts.state;
    this.#log = new ThreadLog(parts.asking);
    this.#minimumVersion = options.configuration.tls.minimumVersion;
    this.#configuration = options.configuration;
    this.#context = this.#contextOf(options.certificate);
    this.#store = joinStore(options.store, systemClock);
    this.#services = new MailServices({
      configuration: liveView(options.configuration, () => this.#configuration),
      store: this.#store,
      mailboxes: new MailboxFinder(this.#store.mailboxes),
      fingerprintKey,
      clock: systemClock,
      log: this.#log.log,
      upstreams,
      state: this.#state,
      secureContext: () => this.#context,
      connectionPrefix: `${number}-`,
      threads,
    });
    answerOn(options.told, (question) => this.#answer(question));
  }

  /** Lives from here on by what the gateway says. */
  static async run(options: NetworkThreadOptions): Promise<void> {
    const asking = new AskPort<ToGateway, unknown>(options.asks);
    const state = askedState(asking, Buffer.from(options.loginKey));
    const upstreams = await createProxyUpstreams(options.configuration, { throttle: state.logins });
    void new NetworkThread(options, { asking, state }, upstreams);
  }

  #answer(question: ToNetworkThread): unknown {
    switch (question.kind) {
      case "listen":
        return this.#services.listen(question.service, question.address);
      case "mailbox":
        this.#store.mailboxChanged(question.change);
        return undefined;
      case "configuration":
        this.#configuration = question.configuration;
        return undefined;
      case "certificate":
        this.#context = this.#contextOf(question.certificate);
        return undefined;
      case "login-took":
        this.#state.loginTook(question.ms);
        return undefined;
      case "close":
        return this.#close(question.drainMs);
    }
  }

  async #close(drainMs: number): Promise<void> {
    await this.#services.close(drainMs);
    await this.#store.leave();
    this.#log.flush();
    this.#asking.close();
    // When the answer is on its way: nothing keeps the thread then.
    setImmediate(() => this.#told.close());
  }

  #contextOf({ pair, ticketKeys }: ThreadCertificate): SecureContext {
    return secureContextOf(pair, this.#minimumVersion, Buffer.from(ticketKeys));
  }
}

const options: NetworkThreadOptions = workerData;
await NetworkThread.run(options);
