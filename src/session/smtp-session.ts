// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import type { Connection, ConnectionEnd } from "../base/connection.ts";
import { giveBack } from "../base/give-back.ts";
import { parseMailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../observe/log.ts";
import type { RefusedThing } from "../observe/traffic/refusals.ts";
import { type Credentials, secretOf } from "../protocol/sasl/credentials.ts";
import { type Refusal, refusals } from "../protocol/smtp/refusal.ts";
import { formatReply, type Reply } from "../protocol/smtp/reply.ts";
import { SmtpServerMachine } from "../protocol/smtp/server/machine.ts";
import type { Answer, SmtpServerEffect, SmtpServerSettings } from "../protocol/smtp/server/machine-types.ts";
import type { MailStage } from "./mail-stage.ts";
import { type PaceSettings, TransactionPace } from "./transaction-pace.ts";

export interface SmtpSessionSettings extends Omit<SmtpServerSettings, "encrypted">, PaceSettings {
  readonly idleMs: number;
}

/** What a successful sign-in gives: the answer to AUTH and, when it was accepted, what takes the mail from then on. */
export interface SmtpSignIn {
  readonly answer: Answer;
  readonly stage?: MailStage;
}

/** What a session is joined to. */
export interface SmtpSessionStages {
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every refusal, with what the log must not say (I4). */
  readonly refused?: (refused: RefusedThing) => void;
  /** Takes the mail of clients that have not signed in. */
  intake(connection: Connection, log: Log): MailStage;
  /** Absent: nobody can sign in on this listener. Wipes the secret of the credentials. */
  readonly signIn?: (credentials: Credentials, connection: Connection, log: Log) => Promise<SmtpSignIn>;
}

/**
 * Serves one connection: joins the SMTP machine, which knows the conversation, to the stage that takes the mail. Without
 * AUTH that is journal intake, after AUTH the proxy. Resolves when the connection is over.
 */
export function serveSmtp(
  connection: Connection,
  settings: SmtpSessionSettings,
  stages: SmtpSessionStages,
): Promise<void> {
  return new SmtpSession(connection, settings, stages).run();
}

class SmtpSession {
  readonly #connection: Connection;
  readonly #settings: SmtpSessionSettings;
  readonly #stages: SmtpSessionStages;
  readonly #log: Log;
  readonly #pace: TransactionPace;
  #machine: SmtpServerMachine;
  #stage: MailStage;
  #reading: Promise<Buffer | ConnectionEnd> | undefined;
  #stageOver: (() => void) | undefined;
  #output = "";
  /** The recipient that was asked about last, for those who want to know whom a refusal was about. */
  #asked: Extract<SmtpServerEffect, { readonly type: "ask-recipient" }> | undefined;
  #draining = false;
  #over = false;

  constructor(connection: Connection, settings: SmtpSessionSettings, stages: SmtpSessionStages) {
    this.#connection = connection;
    this.#settings = settings;
    this.#stages = stages;
    this.#log = stages.log.with({ connection: connection.id, peer: connection.peer.address });
    this.#machine = this.#newMachine();
    this.#pace = new TransactionPace(settings, this.#nowMs());
    this.#stage = stages.intake(connection, this.#log);
  }

  async run(): Promise<void> {
    this.#log.event("session/opened", { port: this.#connection.local.port, tls: this.#connection.tls?.version });
    try {
      await this.#perform(this.#machine.handle({ type: "connected" }));
      while (!this.#over) if (await this.#mayRead()) await this.#readOnce();
    } finally {
      await this.#stage.close();
      this.#log.event("session/closed");
    }
  }

  /** Everything that was to be said is said, and there is no reason to end. */
  async #mayRead(): Promise<boolean> {
    const { over } = this.#stage;
    if ((await this.#flush()) === false) this.#over = true;
    // Content is read to its real end first: in the middle of it nobody listens.
    else if (over !== undefined && !this.#machine.readsContent) await this.#end(over);
    else if (this.#draining && this.#machine.betweenTransactions) await this.#end(refusals.stopping);
    else return true;
    return false;
  }

  /**
   * Here a session waits for as long as its client is silent. Each async function that waited with it would hold its
   * frame in memory, and `run` what it has read last: so none of them does.
   */
  #readOnce(): Promise<void> {
    const fromMs = this.#nowMs();
    return this.#read().then((octets) => this.#hear(octets, fromMs));
  }

  async #hear(octets: Buffer | ConnectionEnd | undefined, fromMs: number): Promise<void> {
    if (octets !== undefined) this.#reading = undefined;
    switch (octets) {
      case undefined:
        return;
      case "ended":
      case "lost":
        this.#over = true;
        return;
      case "timed-out":
        await this.#end(this.#machine.betweenTransactions ? refusals.idle : refusals.tooSlow);
        return;
      case "draining":
        // A transaction that has begun may end; the next may not begin.
        this.#draining = true;
        return;
      default: {
        const nowMs = this.#nowMs();
        if (this.#machine.readsContent && !this.#pace.keepsPace(octets.length, nowMs - fromMs, nowMs))
          await this.#end(refusals.tooSlow);
        else await this.#take(octets);
      }
    }
  }

  async #take(octets: Buffer): Promise<void> {
    await this.#perform(this.#machine.handle({ type: "bytes", bytes: octets }));
    // All of it was used up, so its memory is free for the next read; the collector would come late for so much.
    if (this.#stage.usesContentUp === true && this.#machine.pendingBytes === 0) giveBack(octets);
  }

  /** `undefined`: the stage is over, and the reading goes on behind it. */
  #read(): Promise<Buffer | ConnectionEnd | undefined> {
    const reading = (this.#reading ??= this.#connection.read(this.#timeLeftMs()));
    return this.#stage.whenOver === undefined ? reading : this.#orStageOver(reading);
  }

  #orStageOver(reading: Promise<Buffer | ConnectionEnd>): Promise<Buffer | ConnectionEnd | undefined> {
    if (this.#machine.readsContent) return reading;
    if (this.#stage.over !== undefined) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#stageOver = () => resolve(undefined);
      reading.then(resolve, reject);
    });
  }

  #end(refusal: Refusal): Promise<void> {
    return this.#perform(this.#machine.end(refusal));
  }

  /** Carries effects out, and those that follow from the answers to questions. */
  async #perform(first: readonly SmtpServerEffect[]): Promise<void> {
    let effects = first;
    let carriedOut = 0;
    while (effects.length > 0) {
      carriedOut += effects.length;
      let next: readonly SmtpServerEffect[] = [];
      for (const effect of effects) {
        const outcome = this.#carryOut(effect);
        const answer = outcome instanceof Promise ? await outcome : outcome;
        if (answer !== undefined) next = this.#machine.handle({ type: "answer", answer });
      }
      const paused = next.length === 0 && this.#machine.paused;
      if (paused || carriedOut >= limits.effectsPerTurn) {
        await this.#endTurn();
        // Nobody hears what would follow.
        if (this.#over) return;
        carriedOut = 0;
      }
      effects = paused ? this.#machine.handle({ type: "resume" }) : next;
    }
  }

  /**
   * The replies of the last turn go out first: a peer that reads none gets no further (I9). Then the other sessions have
   * their turn.
   */
  async #endTurn(): Promise<void> {
    if ((await this.#flush()) === false) this.#over = true;
    await setImmediate();
  }

  /** One effect. A question gives its answer; everything else gives nothing. */
  #carryOut(effect: SmtpServerEffect): Promise<Answer | undefined> | Answer | undefined {
    switch (effect.type) {
      case "reply":
        this.#say(effect.reply, effect.refusal);
        return undefined;
      case "content":
        return this.#stage.write(effect.bytes);
      case "ask-mail":
        this.#pace.begin(this.#nowMs());
        return this.#stage.judgeMail(effect.transaction);
      case "ask-recipient":
        this.#asked = effect;
        return this.#stage.judgeRecipient(effect.transaction, effect.recipient);
      case "ask-content":
        this.#pace.beginContent();
        return this.#stage.startContent(effect.envelope, effect.transfer);
      case "ask-commit":
        return this.#commit();
      case "ask-auth":
        return this.#signIn(effect.credentials);
      case "discard":
        return this.#stage.discard();
      case "start-tls":
        return this.#startTls();
      case "close":
        return this.#close();
    }
  }

  async #commit(): Promise<Answer> {
    const answer = await this.#stage.commit();
    if (answer.accepted) this.#connection.keepPlace();
    return answer;
  }

  async #signIn(credentials: Credentials): Promise<Answer> {
    const { signIn } = this.#stages;
    if (signIn === undefined) {
      // No mechanism is offered here, so that nobody can come this far.
      secretOf(credentials).wipe();
      return { accepted: false, refusal: refusals.signInUnavailable };
    }
    const { answer, stage } = await signIn(credentials, this.#connection, this.#log);
    if (stage !== undefined) {
      this.#connection.keepPlace();
      await this.#stage.close();
      this.#stage = stage;
      // Once for the session: a race at each read would pile up reactions to this promise.
      void stage.whenOver?.then(() => this.#stageOver?.());
    }
    return answer;
  }

  async #startTls(): Promise<undefined> {
    await this.#flush();
    if (!(await this.#connection.startTls())) {
      this.#log.event("listen/tls-failed");
      this.#over = true;
      return;
    }
    this.#log.event("session/encrypted", { tls: this.#connection.tls?.version });
    // RFC 3207 §4.2: what was known from the conversation in clear is forgotten.
    this.#machine = this.#newMachine();
  }

  async #close(): Promise<undefined> {
    this.#over = true;
    await this.#flush();
    await this.#connection.end();
  }

  #say(said: Reply, refusal: Refusal | undefined): void {
    this.#output += formatReply(said);
    if (refusal === undefined) return;
    this.#tellRefused(refusal);
    this.#log.event("smtp/refused", { replyCode: refusal.reply.code, cause: refusal.cause });
    if (refusal.cause === refusals.tooLarge.cause) this.#stage.noteRefusal(refusal);
  }

  #tellRefused({ cause, reply }: Refusal): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#stages.refused?.({
      cause,
      reply: formatReply(reply).trimEnd(),
      peer: this.#connection.peer.address,
      hello: asked?.transaction.hello.name,
      recipient: asked?.recipient.forwardPath.text,
      mailbox: parseMailboxId(asked?.recipient.forwardPath.localPart ?? ""),
    });
  }

  /** Replies of one pipelined group leave together (RFC 2920 §3.2). `false`: the peer is gone. */
  #flush(): Promise<boolean> | undefined {
    const output = this.#output;
    this.#output = "";
    return output === "" ? undefined : this.#connection.write(output);
  }

  #timeLeftMs(): number {
    const { idleMs } = this.#settings;
    if (this.#machine.betweenTransactions) return idleMs;
    return Math.max(1, Math.min(idleMs, Math.ceil(this.#pace.timeLeftMs(this.#nowMs()))));
  }

  #nowMs(): number {
    return this.#stages.clock.monotonicMs();
  }

  #newMachine(): SmtpServerMachine {
    return new SmtpServerMachine({ ...this.#settings, encrypted: this.#connection.tls !== undefined });
  }
}
