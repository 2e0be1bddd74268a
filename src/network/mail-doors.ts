// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import { limits } from "../base/limits.ts";
import type { Configuration } from "../config/schema.ts";
import type { ListenAddress } from "../listen/listener.ts";
import type { MailPort, MailService, MailServices } from "./mail-services.ts";

/** Where one of the services is to listen. */
export interface MailAddress {
  readonly service: MailService;
  readonly address: ListenAddress;
}

/** All doors for mail of a gateway, in its own thread or in several. */
export interface MailDoors {
  readonly ports: readonly MailPort[];
  /** How many threads serve connections now. */
  readonly threads: number;
  /** Throws `listen/address-in-use` and `listen/cannot-bind`; `close` is to follow then. */
  open(addresses: readonly MailAddress[]): Promise<void>;
  certificateRenewed(): void;
  settingsChanged(): void;
  close(drainMs: number): Promise<void>;
}

/** The doors of a gateway that serves its connections itself: what changes it sees by itself. */
export class OwnDoors implements MailDoors {
  readonly #services: MailServices;

  constructor(services: MailServices) {
    this.#services = services;
  }

  get ports(): readonly MailPort[] {
    return this.#services.ports;
  }

  get threads(): number {
    return 1;
  }

  async open(addresses: readonly MailAddress[]): Promise<void> {
    for (const { service, address } of addresses) await this.#services.listen(service, address);
  }

  certificateRenewed(): void {
    // Asked for at every handshake.
  }

  settingsChanged(): void {
    // Read where they are needed.
  }

  close(drainMs: number): Promise<void> {
    return this.#services.close(drainMs);
  }
}

/** Where the system spreads the connections of a port over several sockets (SO_REUSEPORT), as Node offers it. */
const spreading: ReadonlySet<NodeJS.Platform> = new Set(["linux", "freebsd", "sunos", "aix"]);

/**
 * How many threads serve connections. `auto`: one for two cores, since to each belongs one that makes keys ahead, and all
 * have the store thread beside them.
 */
export function networkThreads(threads: Configuration["gateway"]["threads"]): number {
  if (!spreading.has(process.platform)) return 1;
  if (threads !== "auto") return threads;
  return Math.max(1, Math.min(limits.networkThreads, Math.floor(availableParallelism() / 2)));
}
