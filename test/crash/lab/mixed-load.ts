// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from "node:timers/promises";
import type { GatewayProcess } from "../../support/gateway-process.ts";
import { Administrator } from "./administrator.ts";
import type { ClientLedger, KnownMailbox } from "./client-ledger.ts";
import { openSmtp } from "./gateway-door.ts";
import { type LoadOptions, LoadWorld } from "./load-world.ts";
import { deliver, fetchAndRemove, pullAndRemove, sendJournal, submit } from "./mail-clients.ts";
import type { Upstreams } from "./upstreams.ts";

/** Mailboxes that stay for the whole load. */
const standingMailboxes = 3;
const clientsOfEachProxy = 2;

/**
 * Everything that a gateway does, at once: journal intake by DATA and BDAT, both proxies, pulls that remove, and an
 * administrator who makes, changes and deletes mailboxes. All note in one ledger what was acknowledged and when.
 */
export class MixedLoad {
  readonly world: LoadWorld;
  /** What went wrong for a client, and how often. A copy of the device must not be felt: then there are none. */
  readonly troubles = new Map<string, number>();
  readonly #administrator: Administrator;
  readonly #standing: KnownMailbox[] = [];
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: LoadOptions) {
    this.world = new LoadWorld(options);
    this.#administrator = new Administrator(this.world);
  }

  get ledger(): ClientLedger {
    return this.world.ledger;
  }

  get acknowledged(): number {
    return [...this.ledger.messages.values()].filter(({ keeping }) => keeping.ackedMs !== undefined).length;
  }

  /** Whether an archive has had its answer to a QUIT that removed something. */
  get hasRemoved(): boolean {
    return [...this.ledger.messages.values()].some(({ removing }) => removing?.ackedMs !== undefined);
  }

  /** Loads a gateway until `stop`. */
  async start(gateway: GatewayProcess, { smtpPort, pop3Port }: Upstreams): Promise<void> {
    this.world.load({ gateway, ca: await gateway.certificate(), smtpPort, pop3Port });
    while (this.#standing.length < standingMailboxes) this.#standing.push(await this.#administrator.create());
    const sessions: (() => Promise<void>)[] = [() => this.#administrator.round()];
    for (let sender = 0; sender < this.world.options.senders; sender++)
      sessions.push(() => sendJournal(this.world, this.#pick(sender), sender % 2 === 0 ? "data" : "bdat"));
    for (let client = 0; client < clientsOfEachProxy; client++)
      sessions.push(
        () => submit(this.world, this.#pick(client)),
        () => fetchAndRemove(this.world, this.#pick(client + 1)),
      );
    for (const mailbox of this.#standing) sessions.push(() => this.#archive(mailbox));
    this.#running = Promise.all(sessions.map((session) => this.#again(session)));
  }

  /** Whether a small and a large message are taken now. */
  async takesMail(): Promise<boolean> {
    try {
      const client = await openSmtp(this.world.loaded.gateway, this.world.loaded.ca);
      try {
        await deliver(this.world, client, this.#pick(0), { way: "data", isLarge: false });
        await deliver(this.world, client, this.#pick(0), { way: "bdat", isLarge: true });
        return true;
      } finally {
        client.peer.destroy();
      }
    } catch {
      return false;
    }
  }

  /** Resolves when every client has ended its session. */
  async stop(): Promise<void> {
    this.world.stopping = true;
    await this.#running;
  }

  /** With the load stopped: pulls and removes all mail, and deletes the mailboxes that come and go. */
  async empty(): Promise<void> {
    await this.#administrator.deleteAll();
    for (const mailbox of this.#standing) while ((await pullAndRemove(this.world, mailbox, "all")) > 0);
  }

  /** Nobody else signs in to these mailboxes, so the archive's own change of the password disturbs nobody. */
  async #archive(mailbox: KnownMailbox): Promise<void> {
    if (mailbox.password.open !== undefined || this.world.random(4) === 0)
      await this.#administrator.changePassword(mailbox);
    await pullAndRemove(this.world, mailbox, "most");
    await setTimeout(300 + this.world.random(700));
  }

  /** One session after the other. One that fails is noted, and the client comes back as clients do. */
  async #again(session: () => Promise<void>): Promise<void> {
    while (!this.world.stopping) {
      try {
        await session();
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        this.troubles.set(text, (this.troubles.get(text) ?? 0) + 1);
        await setTimeout(100);
      }
    }
  }

  #pick(number: number): KnownMailbox {
    const mailbox = this.#standing[number % this.#standing.length];
    if (mailbox === undefined) throw new Error("there is no mailbox to load");
    return mailbox;
  }
}
