// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../base/connection.ts";
import { describeError, hasCode, PosternError } from "../base/errors.ts";
import type { PullSignIn } from "../mailbox/sign-in.ts";
import type { Log } from "../observe/log.ts";
import { negative, type ResponseCode } from "../protocol/pop3/response.ts";
import { Pop3ServerMachine } from "../protocol/pop3/server/machine.ts";
import type { Pop3ServerEffect, Pop3ServerEvent, Pop3ServerSettings } from "../protocol/pop3/server/machine-types.ts";
import type { Marks } from "../protocol/pop3/server/marks.ts";
import type { Store } from "../store/contract.ts";
import { OpenMaildrop } from "./pop3-maildrop.ts";

export interface Pop3SessionSettings extends Omit<Pop3ServerSettings, "encrypted"> {
  readonly idleMs: number;
}

export interface Pop3SessionStages {
  readonly store: Pick<Store, "maildrop">;
  readonly signIn: Pick<PullSignIn, "signIn">;
  readonly log: Log;
}

/**
 * Serves one puller: joins the POP3 machine to a maildrop. Resolves when the connection is over. Nothing is removed
 * without QUIT (RFC 1939 §6).
 */
export async function servePop3(
  connection: Connection,
  settings: Pop3SessionSettings,
  stages: Pop3SessionStages,
): Promise<void> {
  await new Pop3Session(connection, settings, stages).run();
}

class Pop3Session {
  readonly #connection: Connection;
  readonly #settings: Pop3SessionSettings;
  readonly #stages: Pop3SessionStages;
  readonly #log: Log;
  #machine: Pop3ServerMachine;
  #open: OpenMaildrop | undefined;
  #output = "";
  #over = false;
  #left = false;

  constructor(connection: Connection, settings: Pop3SessionSettings, stages: Pop3SessionStages) {
    this.#connection = connection;
    this.#settings = settings;
    this.#stages = stages;
    this.#log = stages.log.with({ connection: connection.id, peer: connection.peer.address });
    this.#machine = this.#newMachine();
  }

  async run(): Promise<void> {
    this.#log.event("session/opened", { port: this.#connection.local.port, tls: this.#connection.tls?.version });
    try {
      await this.#perform(this.#machine.handle({ type: "connected" }));
      while (!this.#over) await this.#step();
    } finally {
      if (this.#open !== undefined && !this.#left)
        this.#log.event("pop3/aborted", { mailbox: this.#open.maildrop.mailbox });
      this.#open?.release();
      this.#log.event("session/closed");
    }
  }

  async #step(): Promise<void> {
    if ((await this.#flush()) === false) {
      this.#over = true;
      return;
    }
    const octets = await this.#connection.read(this.#settings.idleMs);
    if (typeof octets !== "string") await this.#perform(this.#machine.handle({ type: "bytes", bytes: octets }));
    else if (octets === "draining" && this.#open !== undefined)
      return; // a session with a maildrop may end by itself
    else {
      if (octets !== "ended" && octets !== "lost") this.#output += negative("Closing", "SYS/TEMP");
      await this.#close();
    }
  }

  async #perform(first: readonly Pop3ServerEffect[]): Promise<void> {
    let effects = first;
    while (effects.length > 0) {
      let next: readonly Pop3ServerEffect[] = [];
      for (const effect of effects) {
        const answer = await this.#carryOut(effect);
        if (answer !== undefined) next = this.#machine.handle(answer);
      }
      effects = next;
    }
  }

  /** One effect. A question gives its answer; everything else gives nothing. */
  async #carryOut(effect: Pop3ServerEffect): Promise<Pop3ServerEvent | undefined> {
    switch (effect.type) {
      case "respond":
        this.#output += effect.text;
        if (effect.refused !== undefined) this.#log.event("pop3/refused", { cause: effect.refused });
        return undefined;
      case "ask-sign-in":
        return this.#signIn(effect);
      case "ask-listing":
        return this.#sendListing(effect.listing, effect.marks);
      case "ask-message":
        return this.#sendMessage(effect.index, effect.lines);
      case "ask-update":
        return this.#update(effect.marks);
      case "start-tls":
        await this.#startTls();
        return undefined;
      case "close":
        await this.#close();
        return undefined;
    }
  }

  async #signIn(question: Extract<Pop3ServerEffect, { readonly type: "ask-sign-in" }>): Promise<Pop3ServerEvent> {
    const peer = this.#connection.peer.address;
    try {
      const outcome = await this.#stages.signIn.signIn(question.userName, question.password, peer);
      switch (outcome.outcome) {
        case "ok":
          break;
        case "denied":
          return refused("Mailbox id or password not accepted", "AUTH");
        case "busy":
          return refused("Too many sign-ins at once, try again later", "SYS/TEMP");
        case "throttled":
          return refused("Too many wrong passwords from your address, try again later", "SYS/TEMP");
      }
      const maildrop = await this.#stages.store
        .maildrop(outcome.mailbox, this.#connection.id)
        .catch((error: unknown) => {
          outcome.identity.wipe();
          throw error;
        });
      this.#open = new OpenMaildrop(maildrop, outcome.identity, this.#connection);
      this.#log.event("pop3/signed-in", { mailbox: outcome.mailbox, messages: maildrop.count });
      return { type: "signed-in", maildrop };
    } catch (error) {
      if (hasCode(error, "store/maildrop-locked")) return refused("Another session has this mailbox", "IN-USE");
      this.#log.event("session/failed", { cause: describeError(error) });
      return refused("Sign-in is not possible now, try again later", "SYS/TEMP");
    } finally {
      question.password.wipe();
    }
  }

  async #sendListing(listing: "scan" | "unique-id", marks: Marks): Promise<Pop3ServerEvent | undefined> {
    const open = this.#open;
    if (open === undefined || (await this.#flush()) === false) return this.#lost();
    return (await open.sendListing(listing, marks)) ? { type: "sent" } : this.#lost();
  }

  async #sendMessage(index: number, lines: number | undefined): Promise<Pop3ServerEvent | undefined> {
    const open = this.#open;
    if (open === undefined || (await this.#flush()) === false) return this.#lost();
    const about = { mailbox: open.maildrop.mailbox, uniqueId: open.maildrop.uniqueId(index) };
    try {
      const sent = await open.sendMessage(index, lines);
      if (sent === "sent" && lines === undefined) open.maildrop.notePulled(index);
      if (sent === "broken") this.#log.event("pop3/damaged", about);
      return sent === "sent" ? { type: "sent" } : this.#lost();
    } catch (error) {
      this.#log.event("pop3/damaged", { ...about, cause: describeError(error) });
      const temporary = error instanceof PosternError && !error.permanent;
      return refused("The message cannot be opened", temporary ? "SYS/TEMP" : "SYS/PERM");
    }
  }

  async #update(marks: Marks): Promise<Pop3ServerEvent> {
    const maildrop = this.#open?.maildrop;
    this.#left = true;
    try {
      const result = await maildrop?.remove(
        marks.indexes(),
        `pulled and deleted from ${this.#connection.peer.address}`,
      );
      const { removed, failed } = result ?? { removed: 0, failed: marks.count };
      this.#log.event("pop3/updated", { mailbox: maildrop?.mailbox, removed, failed });
      return { type: "updated", removed, failed };
    } catch (error) {
      this.#log.event("session/failed", { cause: describeError(error) });
      return { type: "updated", removed: 0, failed: marks.count };
    }
  }

  async #startTls(): Promise<void> {
    await this.#flush();
    if (!(await this.#connection.startTls())) {
      this.#log.event("listen/tls-failed");
      this.#over = true;
      return;
    }
    // RFC 2595 §4: what was known from the conversation in clear is forgotten.
    this.#machine = this.#newMachine();
  }

  /** The connection breaks here, without a final dot; nothing is removed. */
  #lost(): undefined {
    this.#over = true;
    this.#connection.destroy();
  }

  async #close(): Promise<void> {
    this.#over = true;
    this.#left ||= this.#machine.state.name === "over";
    // The lease ends before the peer hears the last of it: it may come again at once.
    this.#open?.release();
    await this.#flush();
    await this.#connection.end();
  }

  /** Responses of one pipelined group leave together. `false`: the peer is gone. */
  #flush(): Promise<boolean> | undefined {
    const output = this.#output;
    this.#output = "";
    return output === "" ? undefined : this.#connection.write(output);
  }

  #newMachine(): Pop3ServerMachine {
    return new Pop3ServerMachine({ ...this.#settings, encrypted: this.#connection.tls !== undefined });
  }
}

function refused(text: string, code: ResponseCode): Pop3ServerEvent {
  return { type: "refused", text, code };
}
