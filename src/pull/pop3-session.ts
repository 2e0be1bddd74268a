// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from "node:timers/promises";
import type { Connection } from "../base/connection.ts";
import { describeError, hasCode, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { ResponseWriter } from "../base/response-writer.ts";
import type { PullSignIn } from "../mailbox/sign-in.ts";
import type { Log } from "../observe/log.ts";
import { type Pop3Refusal, pop3Refusals } from "../protocol/pop3/refusal.ts";
import { negative } from "../protocol/pop3/response.ts";
import { Pop3ServerMachine } from "../protocol/pop3/server/machine.ts";
import type { Answer, Listing, Pop3ServerEffect, Pop3ServerSettings } from "../protocol/pop3/server/machine-types.ts";
import type { Marks } from "../protocol/pop3/server/marks.ts";
import { parseLoginName } from "../protocol/proxy-user-name.ts";
import { type Credentials, type PasswordCredentials, secretOf } from "../protocol/sasl/credentials.ts";
import type { MailStore } from "../store/contract.ts";
import type { BrokenMessages } from "./broken-messages.ts";
import type { OpeningThread } from "./opening.ts";
import { OpenMaildrop } from "./pop3-maildrop.ts";
import type { ProxyDoor } from "./proxy-door.ts";

export interface Pop3SessionSettings extends Omit<Pop3ServerSettings, "encrypted" | "mechanisms" | "alsoProxies"> {
  /** Autologout (RFC 1939 §3). */
  readonly idleMs: number;
}

export interface Pop3SessionStages {
  readonly store: Pick<MailStore, "maildrop">;
  readonly signIn: Pick<PullSignIn, "signIn">;
  /** Without it messages are opened in the thread of the caller. */
  readonly opening?: Pick<OpeningThread, "begin"> | undefined;
  /** Shared by all sessions; without it each session finds out for itself. */
  readonly broken?: BrokenMessages | undefined;
  /** Without it no user name of an upstream is taken. */
  readonly proxy?: ProxyDoor | undefined;
  readonly log: Log;
}

/** What is needed to pull is the password itself, for it opens the identity: tokens are of no use here. */
const pullMechanisms: Pop3ServerSettings["mechanisms"] = ["PLAIN", "LOGIN"];
/** An upstream may want a token. */
const allMechanisms: Pop3ServerSettings["mechanisms"] = [...pullMechanisms, "XOAUTH2", "OAUTHBEARER"];

/**
 * Serves one POP3 client: joins the POP3 machine to a maildrop of ours, or leads to the proxy who signs in with the user
 * name of an upstream. Resolves when the connection is over. Nothing is removed without QUIT (RFC 1939 §6).
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
  readonly #writer: ResponseWriter;
  #machine: Pop3ServerMachine;
  #open: OpenMaildrop | undefined;
  #goOnElsewhere: ((pending: Buffer) => Promise<void>) | undefined;
  #over = false;

  constructor(connection: Connection, settings: Pop3SessionSettings, stages: Pop3SessionStages) {
    this.#connection = connection;
    this.#settings = settings;
    this.#stages = stages;
    this.#log = stages.log.with({ connection: connection.id, peer: connection.peer.address });
    this.#writer = new ResponseWriter(connection);
    this.#machine = this.#newMachine();
  }

  async run(): Promise<void> {
    this.#log.event("session/opened", { port: this.#connection.local.port, tls: this.#connection.tls?.version });
    try {
      await this.#perform(this.#machine.handle({ type: "connected" }));
      while (!this.#over) await this.#step();
      // Also when the client is gone by now: the upstream has to be told.
      await this.#goOnElsewhere?.(this.#machine.takeRest());
    } finally {
      if (this.#open !== undefined) {
        this.#log.event("pop3/aborted", { mailbox: this.#open.maildrop.mailbox });
        this.#release();
      }
      this.#log.event("session/closed");
    }
  }

  async #step(): Promise<void> {
    await this.#writer.flush();
    if (this.#writer.lost || this.#goOnElsewhere !== undefined) {
      this.#over = true;
      return;
    }
    const octets = await this.#connection.read(this.#settings.idleMs);
    switch (octets) {
      case "ended":
      case "lost":
        this.#over = true;
        await this.#connection.end();
        return;
      case "timed-out":
        // RFC 1939 §3: autologout removes nothing and says nothing, for the client would take it for an answer.
        this.#over = true;
        await this.#connection.end();
        return;
      case "draining":
        // A session that has its maildrop may end by itself: breaking it off would only make it come again.
        if (this.#open === undefined) await this.#endBy(pop3Refusals.stopping);
        return;
      default:
        await this.#perform(this.#machine.handle({ type: "bytes", bytes: octets }));
    }
  }

  /** Carries effects out, and those that follow from the answers to questions. */
  async #perform(first: readonly Pop3ServerEffect[]): Promise<void> {
    let effects = first;
    let carriedOut = 0;
    while (effects.length > 0 && !this.#over) {
      carriedOut += effects.length;
      let next: readonly Pop3ServerEffect[] = [];
      for (const effect of effects) {
        const outcome = this.#carryOut(effect);
        const answer = outcome instanceof Promise ? await outcome : outcome;
        if (answer !== undefined) next = this.#machine.handle(answer);
      }
      const paused = next.length === 0 && this.#machine.paused;
      if (paused || carriedOut >= limits.effectsPerTurn) {
        await this.#writer.flush();
        // The other sessions have their turn.
        await setImmediate();
        carriedOut = 0;
      }
      effects = paused && !this.#writer.lost ? this.#machine.handle({ type: "resume" }) : next;
    }
  }

  /** One effect. A question gives its answer, or nothing when the connection broke over it; everything else nothing. */
  #carryOut(effect: Pop3ServerEffect): Promise<Answer | undefined> | undefined {
    switch (effect.type) {
      case "respond":
        this.#writer.say(effect.text);
        if (effect.refusal !== undefined) this.#logRefusal(effect.refusal.cause);
        return undefined;
      case "ask-sign-in":
        return this.#signIn(effect.credentials);
      case "ask-listing":
        return this.#sendListing(effect.listing, effect.marks);
      case "ask-message":
        return this.#sendMessage(effect.index, effect.lines);
      case "ask-update":
        return this.#update(effect.marks);
      case "start-tls":
        return this.#startTls();
      case "close":
        return this.#close(effect.cause);
    }
  }

  async #signIn(credentials: Credentials): Promise<Answer> {
    const { proxy } = this.#stages;
    const login = proxy === undefined ? undefined : parseLoginName(credentials.userName);
    if (proxy !== undefined && login?.kind === "proxy") return this.#signInElsewhere(proxy, credentials);
    if (login?.kind !== "malformed" && credentials.kind === "password") return this.#signInHere(credentials);
    secretOf(credentials).wipe();
    return refused(
      login?.kind === "malformed" ? { ...pop3Refusals.userNameForm, text: login.text } : pop3Refusals.tokenForMailbox,
    );
  }

  async #signInElsewhere(proxy: ProxyDoor, credentials: Credentials): Promise<Answer> {
    const entry = await proxy.signIn(credentials, this.#connection);
    if (entry.outcome === "refused") return refused(entry.refusal);
    this.#goOnElsewhere = entry.serve;
    this.#connection.keepPlace();
    return { type: "handed-over" };
  }

  async #signInHere({ userName, password }: PasswordCredentials): Promise<Answer> {
    try {
      const outcome = await this.#stages.signIn.signIn(userName, password, this.#connection.peer.address);
      if (outcome.outcome !== "ok") return refused(signInRefusals[outcome.outcome]);
      const { mailbox, identity } = outcome;
      const maildrop = await this.#stages.store.maildrop(mailbox, this.#connection.id).catch((error: unknown) => {
        identity.wipe();
        throw error;
      });
      const opening = this.#stages.opening?.begin(identity);
      const open = new OpenMaildrop(maildrop, identity, { writer: this.#writer, opening });
      this.#open = open;
      this.#connection.keepPlace();
      this.#log.event("pop3/signed-in", { mailbox, messages: maildrop.count });
      return { type: "signed-in", maildrop: await open.view() };
    } catch (error) {
      if (hasCode(error, "store/maildrop-locked")) return refused(pop3Refusals.maildropInUse);
      this.#log.event("session/failed", { cause: describeError(error) });
      return refused(pop3Refusals.signInUnavailable);
    } finally {
      password.wipe();
    }
  }

  async #sendListing(listing: Listing, marks: Marks): Promise<Answer | undefined> {
    await this.#open?.sendListing(listing, marks);
    return this.#writer.lost ? this.#breakOff() : { type: "sent" };
  }

  async #sendMessage(index: number, lines: number | undefined): Promise<Answer | undefined> {
    const open = this.#open;
    if (open === undefined) return this.#breakOff();
    const { broken } = this.#stages;
    const uniqueId = open.maildrop.uniqueId(index);
    // A part of it may be sound, so TOP may have it.
    if (lines === undefined && broken?.has(uniqueId) === true) return refused(pop3Refusals.messageDamaged);
    try {
      const sent = await open.sendMessage(index, lines);
      if (sent.outcome === "broken") this.#logUnopened(index, sent.error);
      if (sent.outcome === "broken" && isDamage(sent.error)) broken?.add(uniqueId);
      if (sent.outcome !== "sent") return this.#breakOff();
      if (lines === undefined) open.maildrop.notePulled(index);
      return { type: "sent" };
    } catch (error) {
      this.#logUnopened(index, error);
      return refused(isDamage(error) ? pop3Refusals.messageDamaged : pop3Refusals.messageUnavailable);
    }
  }

  async #update(marks: Marks): Promise<Answer> {
    const maildrop = this.#open?.maildrop;
    const cause = `pulled and deleted from ${this.#connection.peer.address}`;
    try {
      const result = await maildrop?.remove(marks.indexes(), cause);
      const { removed, failed } = result ?? { removed: 0, failed: marks.count };
      this.#log.event("pop3/updated", { mailbox: maildrop?.mailbox, removed, failed });
      return { type: "updated", removed, failed };
    } catch (error) {
      this.#log.event("session/failed", { mailbox: maildrop?.mailbox, cause: describeError(error) });
      return { type: "updated", removed: 0, failed: marks.count };
    }
  }

  async #startTls(): Promise<undefined> {
    await this.#writer.flush();
    if (!(await this.#connection.startTls())) {
      this.#log.event("listen/tls-failed");
      this.#over = true;
      return;
    }
    this.#log.event("session/encrypted", { tls: this.#connection.tls?.version });
    // RFC 2595 §4: what was known from the conversation in clear is forgotten.
    this.#machine = this.#newMachine();
  }

  #endBy({ text, code }: Pop3Refusal): Promise<undefined> {
    this.#writer.say(negative(text, code));
    return this.#close(undefined);
  }

  /** After QUIT, or when the client erred too often. */
  async #close(cause: string | undefined): Promise<undefined> {
    this.#over = true;
    if (cause !== undefined) this.#logRefusal(cause);
    // The maildrop is free before the peer hears the last response: it may come again at once.
    else this.#release();
    await this.#writer.flush();
    await this.#connection.end();
  }

  /** The connection ends here without a final dot; nothing is removed. */
  #breakOff(): undefined {
    this.#over = true;
    this.#connection.destroy();
  }

  #release(): void {
    this.#open?.release();
    this.#open = undefined;
  }

  #logRefusal(cause: string): void {
    this.#log.event("pop3/refused", { cause, mailbox: this.#open?.maildrop.mailbox });
  }

  #logUnopened(index: number, error: unknown): void {
    const maildrop = this.#open?.maildrop;
    this.#log.event(isDamage(error) ? "pop3/damaged" : "session/failed", {
      mailbox: maildrop?.mailbox,
      uniqueId: maildrop?.uniqueId(index),
      cause: describeError(error),
    });
  }

  #newMachine(): Pop3ServerMachine {
    const alsoProxies = this.#stages.proxy !== undefined;
    const mechanisms = alsoProxies ? allMechanisms : pullMechanisms;
    const encrypted = this.#connection.tls !== undefined;
    return new Pop3ServerMachine({ ...this.#settings, mechanisms, alsoProxies, encrypted });
  }
}

/** Trying again does not help: the stored message itself is wrong. */
function isDamage(error: unknown): boolean {
  return error instanceof PosternError && error.permanent;
}

function refused(refusal: Pop3Refusal): Answer {
  return { type: "refused", refusal };
}

const signInRefusals = {
  denied: pop3Refusals.signInDenied,
  busy: pop3Refusals.signInBusy,
  throttled: pop3Refusals.signInThrottled,
} as const satisfies Record<string, Pop3Refusal>;
