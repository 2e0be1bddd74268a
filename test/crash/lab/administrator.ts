// SPDX-License-Identifier: Apache-2.0
import { generatePassword } from "../../../src/mailbox/password.ts";
import { Changing, type KnownMailbox } from "./client-ledger.ts";
import { openPop3, openSmtp, operate } from "./gateway-door.ts";
import type { LoadWorld } from "./load-world.ts";
import { deliver } from "./mail-clients.ts";

/** How many of the mailboxes that come and go are there at a time. */
const livingAtOnce = 3;

/** Makes mailboxes, has some mail come in, changes them in every way, and deletes them; changes a setting. Notes each step. */
export class Administrator {
  readonly #world: LoadWorld;
  readonly #living: KnownMailbox[] = [];
  #named = 0;

  constructor(world: LoadWorld) {
    this.#world = world;
  }

  async create(): Promise<KnownMailbox> {
    const { ledger, loaded } = this.#world;
    const name = `mailbox ${this.#named++}`;
    ledger.wantedNames.add(name);
    const begunMs = performance.now();
    const { id, address, password } = await operate(loaded.gateway, "mailbox.create", { name });
    const creating = { begunMs, ackedMs: performance.now() };
    const mailbox: KnownMailbox = {
      id,
      address,
      creating,
      name: new Changing(name, creating),
      state: new Changing("active", creating),
      password: new Changing(password, creating),
      removing: undefined,
    };
    ledger.mailboxes.set(id, mailbox);
    return mailbox;
  }

  /** A change whose answer is missing is asked for again, so that the mailbox's own users know what opens it. */
  async changePassword(mailbox: KnownMailbox): Promise<void> {
    const { open, value } = mailbox.password;
    const [oldPassword, newPassword] = open ?? [value, generatePassword().expose().toString("latin1")];
    await mailbox.password.change(newPassword, () =>
      operate(this.#world.loaded.gateway, "mailbox.password-change", { id: mailbox.id, oldPassword, newPassword }),
    );
  }

  /** Kept in a file of its own, which is put in place of the one before. */
  async changeSetting(): Promise<void> {
    const { commandsPerSession } = this.#world.ledger;
    const value = commandsPerSession.value + 1;
    const settings = { "limits.commands_per_session": value };
    await commandsPerSession.change(value, () => operate(this.#world.loaded.gateway, "settings.change", { settings }));
  }

  /** One mailbox through its life; the one of some rounds ago ends. */
  async round(): Promise<void> {
    const { gateway } = this.#world.loaded;
    const mailbox = await this.create();
    this.#living.push(mailbox);
    await this.changeSetting();
    await this.#deliver(mailbox, 3);
    const name = `${mailbox.name.value} renamed`;
    await mailbox.name.change(name, () => operate(gateway, "mailbox.edit", { id: mailbox.id, name }));
    await mailbox.state.change("suspended", () => operate(gateway, "mailbox.suspend", { id: mailbox.id }));
    await this.#world.pause();
    if (this.#world.random(3) > 0) {
      await mailbox.state.change("active", () => operate(gateway, "mailbox.activate", { id: mailbox.id }));
      await this.changePassword(mailbox);
      await this.#deliver(mailbox, 2);
      await this.#lookAt(mailbox);
    }
    if (this.#living.length > livingAtOnce) await this.#deleteOldest();
    await this.#world.pause();
  }

  async deleteAll(): Promise<void> {
    while (this.#living.length > 0) await this.#deleteOldest();
  }

  async #deleteOldest(): Promise<void> {
    const mailbox = this.#living.shift();
    if (mailbox === undefined) return;
    const { gateway } = this.#world.loaded;
    // An active one is not deleted.
    if (mailbox.state.value === "active")
      await mailbox.state.change("suspended", () => operate(gateway, "mailbox.suspend", { id: mailbox.id }));
    const removing = { begunMs: performance.now(), ackedMs: undefined };
    mailbox.removing = removing;
    await operate(gateway, "mailbox.delete", { id: mailbox.id });
    mailbox.removing.ackedMs = performance.now();
  }

  async #deliver(mailbox: KnownMailbox, count: number): Promise<void> {
    const client = await openSmtp(this.#world.loaded.gateway, this.#world.loaded.ca);
    try {
      for (let turn = 0; turn < count; turn++)
        await deliver(this.#world, client, mailbox, { way: turn % 2 === 0 ? "data" : "bdat" });
      await client.quit();
    } finally {
      client.peer.destroy();
    }
  }

  /** The new password opens the mailbox and everything in it is there. */
  async #lookAt(mailbox: KnownMailbox): Promise<void> {
    const { gateway, ca } = this.#world.loaded;
    const client = await openPop3(gateway, ca, { mailbox: mailbox.id, password: mailbox.password.value });
    await client.quit();
  }
}
