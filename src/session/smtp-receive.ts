// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { Connection } from "../base/connection.ts";
import { describeError, hasCode } from "../base/errors.ts";
import { Capture, type CaptureStages, type Kept } from "../capture/capture.ts";
import type { Log } from "../observe/log.ts";
import { secretOf } from "../protocol/sasl/credentials.ts";
import type { Envelope, EnvelopeRecipient } from "../protocol/smtp/envelope.ts";
import { type Refusal, refusals } from "../protocol/smtp/refusal.ts";
import { formatReply, type Reply, reply } from "../protocol/smtp/reply.ts";
import { SmtpServerMachine } from "../protocol/smtp/server/machine.ts";
import type { Answer, SmtpServerEffect, SmtpServerSettings } from "../protocol/smtp/server/machine-types.ts";
import { recordEnvelope } from "./envelope-record.ts";
import { OpenMail, type PaceSettings } from "./open-mail.ts";
import { judgeRecipient, type RecipientPolicySettings, type RecipientRefusalCause } from "./recipient-policy.ts";

export interface SmtpReceiveSettings extends Omit<SmtpServerSettings, "encrypted">, PaceSettings {
  readonly maxMailboxes: number;
  readonly idleMs: number;
}

export interface SmtpReceiveStages extends CaptureStages {
  readonly policy: RecipientPolicySettings;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Takes journal copies on one connection: joins the SMTP machine, which knows the conversation, to capture, which keeps
 * what arrives. Resolves when the connection is over. Nothing is acknowledged before it is durable (I1).
 */
export async function receiveSmtp(
  connection: Connection,
  settings: SmtpReceiveSettings,
  stages: SmtpReceiveStages,
): Promise<void> {
  await new SmtpReceiveSession(connection, settings, stages).run();
}

class SmtpReceiveSession {
  readonly #connection: Connection;
  readonly #settings: SmtpReceiveSettings;
  readonly #stages: SmtpReceiveStages;
  readonly #log: Log;
  #machine: SmtpServerMachine;
  #mail: OpenMail;
  #output = "";
  #draining = false;
  #over = false;

  constructor(connection: Connection, settings: SmtpReceiveSettings, stages: SmtpReceiveStages) {
    this.#connection = connection;
    this.#settings = settings;
    this.#stages = stages;
    this.#log = stages.log.with({ connection: connection.id, peer: connection.peer.address });
    this.#machine = this.#newMachine();
    this.#mail = new OpenMail(stages.clock.monotonicMs());
  }

  async run(): Promise<void> {
    this.#log.event("session/opened", { port: this.#connection.local.port, tls: this.#connection.tls?.version });
    try {
      await this.#perform(this.#machine.handle({ type: "connected" }));
      while (!this.#over) await this.#step();
    } finally {
      await this.#mail.discard();
      this.#log.event("session/closed");
    }
  }

  async #step(): Promise<void> {
    if ((await this.#flush()) === false) this.#over = true;
    else if (this.#draining && this.#machine.betweenTransactions) await this.#end(refusals.stopping);
    else await this.#readOnce();
  }

  async #readOnce(): Promise<void> {
    const octets = await this.#connection.read(this.#timeLeftMs());
    switch (octets) {
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
      default:
        if (this.#machine.readsContent && !this.#mail.keepsPace(octets.length, this.#nowMs(), this.#settings))
          await this.#end(refusals.tooSlow);
        else await this.#perform(this.#machine.handle({ type: "bytes", bytes: octets }));
    }
  }

  #end(refusal: Refusal): Promise<void> {
    return this.#perform(this.#machine.end(refusal));
  }

  /** Carries effects out, and those that follow from the answers to questions. */
  async #perform(first: readonly SmtpServerEffect[]): Promise<void> {
    let effects = first;
    while (effects.length > 0) {
      let next: readonly SmtpServerEffect[] = [];
      for (const effect of effects) {
        const outcome = this.#carryOut(effect);
        const answer = outcome instanceof Promise ? await outcome : outcome;
        if (answer !== undefined) next = this.#machine.handle({ type: "answer", answer });
      }
      effects = next;
    }
  }

  /** One effect. A question gives its answer; everything else gives nothing. */
  #carryOut(effect: SmtpServerEffect): Promise<Answer | undefined> | Answer | undefined {
    switch (effect.type) {
      case "reply":
        this.#say(effect.reply, effect.refusal);
        return undefined;
      case "content":
        return this.#mail.write(effect.bytes);
      case "ask-mail":
        return this.#judgeMail(effect.transaction.declaredBytes ?? 0);
      case "ask-recipient":
        return this.#judgeRecipient(effect.recipient, effect.transaction.declaredBytes ?? 0);
      case "ask-content":
        return this.#startContent(effect.envelope);
      case "ask-commit":
        return this.#keep();
      case "ask-auth":
        // Nobody signs in to deliver a journal copy; no mechanism is offered here.
        secretOf(effect.credentials).wipe();
        return { accepted: false, refusal: refusals.signInUnavailable };
      case "discard":
        return this.#mail.discard();
      case "start-tls":
        return this.#startTls();
      case "close":
        return this.#close();
    }
  }

  #judgeMail(expectedBytes: number): Answer {
    this.#mail = new OpenMail(this.#nowMs());
    // RFC 1870 §6.1: better now than after the content has come.
    return this.#stages.policy.readiness(expectedBytes) === "disk-low"
      ? { accepted: false, refusal: refusals.diskLow }
      : { accepted: true };
  }

  #judgeRecipient({ forwardPath, parametersText }: EnvelopeRecipient, expectedBytes: number): Answer {
    const verdict = judgeRecipient(this.#stages.policy, {
      localPart: forwardPath.localPart,
      domain: forwardPath.domain,
      peerAddress: this.#connection.peer.address,
      encrypted: this.#connection.tls !== undefined,
      expectedBytes,
    });
    if (!verdict.accepted) {
      if (verdict.mailbox !== undefined) this.#stages.store.noteRefusal(verdict.mailbox, verdict.cause);
      return { accepted: false, refusal: recipientRefusals[verdict.cause] };
    }
    const recipient = { address: forwardPath.text, parameters: parametersText };
    return this.#mail.addRecipient(verdict.mailbox, recipient, this.#settings.maxMailboxes)
      ? { accepted: true }
      : { accepted: false, refusal: refusals.tooManyRecipients };
  }

  #startContent(envelope: Envelope): Answer {
    const about = { hostName: this.#settings.hostName, receivedAtMs: this.#stages.clock.nowMs() };
    const recorded = recordEnvelope(envelope, this.#connection, about);
    try {
      const capture = Capture.begin(this.#stages, recorded, this.#mail.targets(), envelope.declaredBytes);
      this.#mail.startContent(capture, this.#nowMs());
      return { accepted: true };
    } catch (error) {
      return this.#notKept(error);
    }
  }

  async #keep(): Promise<Answer> {
    try {
      const kept = await this.#mail.keep();
      for (const { mailbox, uniqueId, repeated } of kept) {
        this.#log.event(repeated ? "smtp/repeated" : "smtp/kept", { mailbox, uniqueId });
      }
      return { accepted: true, reply: keptReply(kept) };
    } catch (error) {
      return this.#notKept(error);
    }
  }

  #notKept(error: unknown): Answer {
    const refusal = hasCode(error, "store/disk-low") ? refusals.diskLow : refusals.storeFailing;
    this.#log.event("smtp/not-kept", { cause: describeError(error) });
    this.#noteRefusal(refusal);
    return { accepted: false, refusal };
  }

  async #startTls(): Promise<undefined> {
    await this.#flush();
    if (!(await this.#connection.startTls())) {
      this.#log.event("listen/tls-failed");
      this.#over = true;
      return;
    }
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
    this.#log.event("smtp/refused", { code: refusal.reply.code, cause: refusal.cause });
    if (refusal.cause === refusals.tooLarge.cause) this.#noteRefusal(refusal);
  }

  #noteRefusal({ cause }: Refusal): void {
    for (const mailbox of this.#mail.mailboxes) this.#stages.store.noteRefusal(mailbox, cause);
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
    return Math.max(1, Math.min(idleMs, Math.ceil(this.#mail.timeLeftMs(this.#nowMs(), this.#settings))));
  }

  #nowMs(): number {
    return this.#stages.clock.monotonicMs();
  }

  #newMachine(): SmtpServerMachine {
    return new SmtpServerMachine({ ...this.#settings, encrypted: this.#connection.tls !== undefined });
  }
}

/** The sender's log gets the unique-id, so that both sides can name the same message. */
function keptReply(kept: readonly Kept[]): Reply {
  const [first] = kept;
  const what = kept.length === 1 && first !== undefined ? first.uniqueId : `in ${kept.length} mailboxes`;
  return reply(250, "2.0.0", `Kept ${what}`);
}

const recipientRefusals: Readonly<Record<RecipientRefusalCause, Refusal>> = {
  "relay-denied": refusals.relayDenied,
  "unknown-mailbox": refusals.unknownMailbox,
  "mailbox-suspended": refusals.mailboxSuspended,
  "tls-required": refusals.tlsRequired,
  "peer-not-allowed": refusals.peerNotAllowed,
  "disk-low": refusals.diskLow,
  "store-failing": refusals.storeFailing,
  stopping: refusals.stopping,
};
