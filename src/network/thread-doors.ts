// SPDX-License-Identifier: Apache-2.0
import { type KeyObject, randomBytes } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Configuration } from "../config/schema.ts";
import type { CertificatePair } from "../listen/certificate.ts";
import { Listener } from "../listen/listener.ts";
import { OpenConnections } from "../listen/open-connections.ts";
import type { Log } from "../observe/log.ts";
import type { Store } from "../store/contract.ts";
import type { MailAddress, MailDoors } from "./mail-doors.ts";
import type { MailPort } from "./mail-services.ts";
import type { LocalState } from "./shared-state.ts";
import { ThreadHandle } from "./thread-handle.ts";
import type { ThreadCertificate, ToNetworkThread } from "./thread-messages.ts";

export interface ThreadDoorsParts {
  /** How many threads; two or more. */
  readonly threads: number;
  readonly configuration: Configuration;
  readonly store: Pick<Store, "share" | "onMailboxChange">;
  readonly fingerprintKey: KeyObject;
  /** The certificate of this moment. */
  readonly pair: () => CertificatePair;
  readonly state: LocalState;
  readonly log: Log;
}

/**
 * The doors of a gateway whose connections are served by several threads, each with sockets of its own at the same
 * ports. One that ends is started anew, and the others go on.
 */
export class ThreadDoors implements MailDoors {
  readonly #parts: ThreadDoorsParts;
  /** By place, from 1. */
  readonly #handles = new Map<number, ThreadHandle>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #addresses: readonly MailAddress[] = [];
  #ports: readonly MailPort[] = [];
  #certificate: ThreadCertificate;
  #number = 0;
  #closing = false;

  constructor(parts: ThreadDoorsParts) {
    this.#parts = parts;
    this.#certificate = certificateOf(parts);
    parts.store.onMailboxChange(async (change) => {
      await Promise.all(Array.from(this.#handles.values(), (handle) => handle.taken({ kind: "mailbox", change })));
    });
  }

  get ports(): readonly MailPort[] {
    return this.#ports;
  }

  get threads(): number {
    return this.#handles.size;
  }

  async open(addresses: readonly MailAddress[]): Promise<void> {
    for (const address of addresses) await this.#mustBeFree(address);
    this.#addresses = addresses;
    this.#ports = await this.#start(1);
    // From here on everybody binds the ports that the first was given.
    this.#addresses = addresses.map(({ service, address: { host } }, at) => {
      return { service, address: { host, port: this.#ports[at]?.port ?? 0 } };
    });
    const others = Array.from({ length: this.#parts.threads - 1 }, (_, index) => index + 2);
    await Promise.all(others.map((place) => this.#start(place)));
  }

  certificateRenewed(): void {
    this.#certificate = certificateOf(this.#parts);
    this.#tellAll({ kind: "certificate", certificate: this.#certificate });
  }

  settingsChanged(): void {
    this.#tellAll({ kind: "configuration", configuration: this.#parts.configuration });
  }

  async close(drainMs: number): Promise<void> {
    this.#closing = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    await Promise.all(Array.from(this.#handles.values(), (handle) => handle.close(drainMs)));
  }

  /** Ends the thread at a place, from 1, as a fault would; for tests. */
  async end(place: number): Promise<void> {
    await this.#handles.get(place)?.terminate();
  }

  /** Several sockets may share a port, those of another program of the same user as well: it would get half of the mail. */
  async #mustBeFree({ service, address }: MailAddress): Promise<void> {
    if (address.port === 0) return;
    const { state, log } = this.#parts;
    const share = {
      limits: state.places,
      open: new OpenConnections(),
      handshakeTimeoutMs: 1,
      log,
      nextId: () => "",
      secureContext: noContext,
    };
    const options = { name: service, address, implicitTls: false, busyText: "", serve: async () => undefined };
    const listener = await Listener.open(options, share);
    await listener.close(0);
  }

  /** Resolves when the thread at this place listens; it is gone when this throws. */
  async #start(place: number, tries = 0): Promise<readonly MailPort[]> {
    const { threads, configuration, fingerprintKey, store, state, log } = this.#parts;
    const number = ++this.#number;
    const startedMs = performance.now();
    const handle = new ThreadHandle(
      { number, threads, configuration, fingerprintKey, certificate: this.#certificate },
      { store, state, log, place, loginTook: (ms) => this.#tellAll({ kind: "login-took", ms }, number) },
    );
    this.#handles.set(place, handle);
    let isOpen = false;
    void handle.ended.then((cause) => {
      this.#handles.delete(place);
      if (this.#closing || !isOpen) return;
      log.event("network/thread-ended", { thread: number, cause });
      this.#startLater(place, performance.now() - startedMs < limits.networkThreadRestartMs.steady ? tries : 0);
    });
    try {
      const ports: MailPort[] = [];
      for (const { service, address } of this.#addresses) ports.push(await handle.listen(service, address));
      isOpen = true;
      return ports;
    } catch (error) {
      await handle.terminate();
      throw error;
    }
  }

  #startLater(place: number, tries: number): void {
    const { first, most } = limits.networkThreadRestartMs;
    const timer = setTimeout(
      () => {
        this.#restarts.delete(timer);
        if (this.#closing) return;
        this.#start(place, tries + 1).then(
          () => this.#parts.log.event("network/thread-started", { threads: this.threads }),
          () => this.#startLater(place, tries + 1),
        );
      },
      Math.min(most, first * 2 ** tries),
    );
    this.#restarts.add(timer);
  }

  #tellAll(what: ToNetworkThread, except?: number): void {
    for (const handle of this.#handles.values()) if (handle.number !== except) handle.tell(what);
  }
}

function certificateOf({ pair }: ThreadDoorsParts): ThreadCertificate {
  return { pair: pair(), ticketKeys: randomBytes(48) };
}

function noContext(): never {
  throw new TypeError("nobody is served here");
}
