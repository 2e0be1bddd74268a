// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from "node:timers/promises";
import { sha256 } from "../../support/expected-content.ts";
import type { TakenMessage } from "../../support/fake-upstream.ts";
import type { GatewayProcess } from "../../support/gateway-process.ts";
import { pseudoRandom } from "../../support/torture.ts";
import { ClientLedger, type KnownMessage, type Way } from "./client-ledger.ts";
import { Contents, labName } from "./contents.ts";
import { maildropNumbers, type UpstreamEars } from "./upstreams.ts";

export interface LoadOptions {
  readonly seed: number;
  /** The pause at the start. */
  readonly pauseMs: number;
  readonly senders: number;
}

export interface LoadedGateway {
  readonly gateway: GatewayProcess;
  readonly ca: string;
  readonly smtpPort: number;
  readonly pop3Port: number;
}

/** What the clients of a load share: one ledger, one stock of messages, and what the upstreams hear. */
export class LoadWorld implements UpstreamEars {
  readonly ledger = new ClientLedger();
  readonly options: LoadOptions;
  readonly random: (below: number) => number;
  stopping = false;
  /** Each client waits up to this long between two messages. */
  pauseMs: number;
  readonly #contents: Contents;
  readonly #byLabName = new Map<string, KnownMessage>();
  readonly #maildrops = new Map<string, readonly KnownMessage[]>();
  #loaded: LoadedGateway | undefined;
  #maildropUsers = 0;

  constructor(options: LoadOptions) {
    this.options = options;
    this.pauseMs = options.pauseMs;
    this.random = pseudoRandom(options.seed);
    this.#contents = new Contents(options.seed);
  }

  get loaded(): LoadedGateway {
    if (this.#loaded === undefined) throw new Error("no gateway is loaded");
    return this.#loaded;
  }

  load(gateway: LoadedGateway): void {
    this.#loaded = gateway;
    this.stopping = false;
  }

  /** A message that nobody has sent yet, noted as begun. */
  begin(mailbox: string, way: Way, isLarge?: boolean): { readonly content: Buffer; readonly known: KnownMessage } {
    const content = this.#contents.next(isLarge);
    const known = this.ledger.begin({ sha256: sha256(content), mailbox, way, bytes: content.length });
    if (way === "smtp-proxy") this.#byLabName.set(labName(content.toString("latin1", 0, 200)), known);
    return { content, known };
  }

  async pause(): Promise<void> {
    await setTimeout(this.random(Math.ceil(this.pauseMs) + 1));
  }

  heard(message: TakenMessage): "take" | "refuse" {
    const name = labName(message.octets);
    const known = this.#byLabName.get(name);
    if (known === undefined) return "refuse";
    this.#byLabName.delete(name);
    // I3: when the upstream has it, the gateway has it, however the verdict will be.
    this.ledger.owed(known);
    if (!message.reversePath.includes("refused@")) return "take";
    known.withdrawn = true;
    return "refuse";
  }

  /** The name of an upstream's user that was never there before, with full maildrop, for a mailbox. */
  newMaildropUser(mailbox: string): string {
    return `${mailbox}.${this.#maildropUsers++}`;
  }

  maildrop(user: string): readonly string[] {
    const [mailbox = ""] = user.split(".");
    const messages = maildropNumbers().map(() => this.begin(mailbox, "pop3-proxy"));
    this.#maildrops.set(
      user,
      messages.map(({ known }) => known),
    );
    return messages.map(({ content }) => content.toString("latin1"));
  }

  /** I3: the client has it whole, or the upstream was told to remove it. */
  marked(user: string, number: number): void {
    const known = this.#maildrops.get(user)?.[number - 1];
    if (known !== undefined) this.ledger.owed(known);
  }

  forgetMaildrop(user: string): void {
    this.#maildrops.delete(user);
  }
}

export function mustBe(code: number, reply: { readonly code: number; readonly text: string }): void {
  if (reply.code !== code) throw new Error(`${reply.code} ${reply.text}`);
}
