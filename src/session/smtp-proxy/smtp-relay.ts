// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../../base/clock.ts";
import type { Connection } from "../../base/connection.ts";
import { describeError, PosternError } from "../../base/errors.ts";
import type { MailboxId } from "../../base/ids.ts";
import { Capture, type CaptureStages } from "../../capture/capture.ts";
import type { Mailbox } from "../../mailbox/mailbox.ts";
import type { Log } from "../../observe/log.ts";
import type { Envelope, EnvelopeRecipient, OpenTransaction } from "../../protocol/smtp/envelope.ts";
import { type Refusal, refusals } from "../../protocol/smtp/refusal.ts";
import type { Answer } from "../../protocol/smtp/server/machine-types.ts";
import type { Readiness } from "../../store/contract.ts";
import { type ProxiedBy, recordSubmission } from "../envelope-record.ts";
import { refusalForStore } from "../journal-intake.ts";
import type { MailStage } from "../mail-stage.ts";
import { notReady } from "../proxy-sign-in.ts";
import { checkFor } from "./content-check.ts";
import { ChunkRelay, type ContentRelay, DataRelay } from "./content-relay.ts";
import { refusalForEnd, relayedAnswer, relayedRefusal, relayedReply, replyLine } from "./relayed-reply.ts";
import type { SmtpUpstream, UpstreamAnswer, UpstreamEnd } from "./smtp-upstream.ts";
import { AnsweredEnvelope, Submission } from "./submission.ts";
import { bridgeMail, bridgeRecipient } from "./upstream-parameters.ts";

export interface SmtpRelayStages extends CaptureStages {
  findMailbox(id: MailboxId): Mailbox | undefined;
  readiness(expectedBytes: number): Readiness;
  readonly clock: Clock;
  readonly hostName: string;
}

/** Who sends through this relay, and where to. */
export interface RelayParties {
  readonly connection: Connection;
  readonly upstream: SmtpUpstream;
  readonly mailbox: MailboxId;
  readonly proxied: Omit<ProxiedBy, "refused">;
  readonly log: Log;
}

/**
 * Passes the mail of one signed-in client on to its upstream, and records it. What must hold (I3): the end of a message
 * is released to the upstream only when the copy is durable, and the client hears of success only after the upstream
 * said it. So whatever breaks, no message was sent that is not recorded.
 */
export class SmtpRelay implements MailStage {
  readonly #stages: SmtpRelayStages;
  readonly #parties: RelayParties;
  #envelope = new AnsweredEnvelope();
  #submission: Submission | undefined;
  /** The upstream knows a MAIL that has not come to its end. */
  #transactionOpen = false;

  constructor(stages: SmtpRelayStages, parties: RelayParties) {
    this.#stages = stages;
    this.#parties = parties;
    const { upstream, log, proxied } = parties;
    void upstream.whenOver.then(({ cause, reply }) => {
      if (cause !== "dropped")
        log.event("proxy/upstream-lost", { upstream: proxied.upstream, cause, replyCode: reply?.code });
    });
  }

  get over(): Refusal | undefined {
    const end = this.#parties.upstream.over;
    return end === undefined ? undefined : refusalForEnd(end);
  }

  get whenOver(): Promise<unknown> {
    return this.#parties.upstream.whenOver;
  }

  async judgeMail(transaction: OpenTransaction): Promise<Answer> {
    this.#envelope = new AnsweredEnvelope();
    const mailbox = this.#mailbox(transaction.declaredBytes ?? 0);
    if ("refusal" in mailbox) return { accepted: false, refusal: mailbox.refusal };
    const { upstream } = this.#parties;
    const bridged = bridgeMail(transaction, upstream.extensions);
    if ("refusal" in bridged) return { accepted: false, refusal: bridged.refusal };
    // Whichever way the client left its last transaction, RSET ends it here too (RFC 5321 §4.1.1.5).
    const reset = this.#transactionOpen ? upstream.command({ verb: "RSET" }) : undefined;
    const answer = relayedAnswer(await upstream.command({ verb: "MAIL", ...bridged }), "1.0");
    await reset;
    this.#transactionOpen = answer.accepted;
    return answer;
  }

  async judgeRecipient(_: OpenTransaction, recipient: EnvelopeRecipient): Promise<Answer> {
    const { upstream } = this.#parties;
    const bridged = bridgeRecipient(recipient, upstream.extensions);
    if ("refusal" in bridged) return { accepted: false, refusal: bridged.refusal };
    const said = await upstream.command({ verb: "RCPT", ...bridged });
    const answer = relayedAnswer(said, "1.5");
    if (said.kind === "reply") {
      const { forwardPath, parametersText } = recipient;
      const upstreamReply = replyLine(said.reply);
      this.#envelope.add({ address: forwardPath.text, parameters: parametersText, upstreamReply }, answer.accepted);
    }
    return answer;
  }

  async startContent(envelope: Envelope, transfer: "DATA" | "BDAT"): Promise<Answer> {
    const mailbox = this.#mailbox(envelope.declaredBytes ?? 0);
    if ("refusal" in mailbox) return { accepted: false, refusal: mailbox.refusal };
    let capture: Capture;
    try {
      capture = this.#beginCapture(envelope, mailbox.found);
    } catch (error) {
      return this.#notKept(error);
    }
    const relay = await this.#openRelay(envelope, transfer);
    if ("refusal" in relay) {
      await capture.abort();
      return { accepted: false, refusal: relay.refusal };
    }
    this.#submission = new Submission(capture, relay.opened);
    return { accepted: true };
  }

  write(content: Buffer): Promise<undefined> | undefined {
    return this.#submission?.write(content);
  }

  async commit(): Promise<Answer> {
    const submission = this.#submission;
    this.#submission = undefined;
    if (submission === undefined) return this.#notKept(new PosternError("internal/fault", "content without a capture"));
    const { storeFailure, upstreamFailure } = submission;
    if (storeFailure !== undefined || upstreamFailure !== undefined) {
      await submission.abandon();
      return storeFailure === undefined ? this.#notSent(upstreamFailure) : this.#notKept(storeFailure);
    }
    try {
      await submission.capture.prepare();
    } catch (error) {
      await submission.abandon();
      return this.#notKept(error);
    }
    // Durable from here on; only now may the upstream have the end (I3).
    const answer = await submission.relay.finish();
    if (answer.kind === "not-sent") {
      await submission.abandon();
      return this.#notSent(answer.refusal);
    }
    return answer.kind === "gone" ? this.#unknown(submission.capture, answer) : this.#judged(submission, answer);
  }

  async discard(): Promise<undefined> {
    const submission = this.#submission;
    this.#submission = undefined;
    await submission?.abandon();
  }

  noteRefusal({ cause }: Refusal): void {
    this.#stages.store.noteRefusal(this.#parties.mailbox, cause);
  }

  async close(): Promise<void> {
    await this.discard();
    await this.#parties.upstream.quit();
  }

  /** Asked at each message: a mailbox may be suspended or get another key while a session lasts. */
  #mailbox(expectedBytes: number): { readonly found: Mailbox } | { readonly refusal: Refusal } {
    const found = this.#stages.findMailbox(this.#parties.mailbox);
    if (found === undefined) return { refusal: refusals.mailboxSuspended };
    switch (notReady(found, this.#stages.readiness(expectedBytes))) {
      case undefined:
        return { found };
      case "mailbox-suspended":
        return { refusal: refusals.mailboxSuspended };
      case "disk-low":
        return { refusal: refusals.diskLow };
      case "store-failing":
        return { refusal: refusals.storeFailing };
      case "stopping":
        return { refusal: refusals.stopping };
    }
  }

  #beginCapture(envelope: Envelope, mailbox: Mailbox): Capture {
    const { connection, proxied } = this.#parties;
    const { hostName, clock } = this.#stages;
    const { accepted, refused } = this.#envelope;
    const about = { hostName, receivedAtMs: clock.nowMs(), proxied: { ...proxied, refused } };
    const recorded = recordSubmission(envelope, connection, about);
    const { id, recipient, mostWaitingBytes } = mailbox;
    const target = { mailbox: id, recipient, recipients: accepted, mostWaitingBytes };
    return Capture.begin(this.#stages, recorded, [target], envelope.declaredBytes);
  }

  async #openRelay(
    envelope: Envelope,
    transfer: "DATA" | "BDAT",
  ): Promise<{ readonly opened: ContentRelay } | { readonly refusal: Refusal }> {
    const { upstream } = this.#parties;
    const check = checkFor(envelope, upstream.extensions);
    if (transfer === "BDAT" && upstream.extensions.chunking) return { opened: new ChunkRelay(upstream, check) };
    const answer = relayedAnswer(await upstream.command({ verb: "DATA" }), "0.0");
    return answer.accepted ? { opened: new DataRelay(upstream, check) } : { refusal: answer.refusal };
  }

  /** The upstream's verdict: accepted, and the copy counts; refused, and there is none. */
  async #judged(
    { capture }: Submission,
    { reply }: Extract<UpstreamAnswer, { readonly kind: "reply" }>,
  ): Promise<Answer> {
    this.#transactionOpen = false;
    if (reply.code >= 400) {
      await capture.abort();
      return this.#notSent(relayedRefusal(relayedReply(reply, "0.0")));
    }
    await this.#settle(capture, "accepted", { reply: replyLine(reply) });
    this.#event("proxy/sent", { uniqueId: capture.uniqueIds[0], contentBytes: capture.contentBytes });
    return { accepted: true, reply: relayedReply(reply, "0.0") };
  }

  /** The end was released and no verdict came: it may have been sent, so that the copy stays. */
  async #unknown(capture: Capture, end: UpstreamEnd): Promise<Answer> {
    await this.#settle(capture, "unknown", { cause: end.cause });
    const { uniqueIds, contentBytes } = capture;
    this.#event("proxy/unknown", { uniqueId: uniqueIds[0], contentBytes, cause: end.cause });
    return { accepted: false, refusal: refusals.verdictUnknown };
  }

  /** The client's answer is the upstream's, whatever becomes of this: a message that was sent must not be sent again. */
  async #settle(
    capture: Capture,
    outcome: "accepted" | "unknown",
    said: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { clock } = this.#stages;
    const { upstream, upstreamAddress } = this.#parties.proxied;
    const decidedAt = new Date(clock.nowMs()).toISOString();
    try {
      await capture.settle(outcome, { outcome, ...said, upstream, upstreamAddress, decidedAt });
    } catch (error) {
      // It is offered, durably. The store settles it when the disk is well again; after an end it becomes unknown.
      this.#event("proxy/not-settled", { uniqueId: capture.uniqueIds[0], cause: describeError(error) });
    }
  }

  #notSent(refusal: Refusal | undefined): Answer {
    const why = refusal ?? refusals.ourFault;
    this.#event("proxy/not-sent", { cause: why.cause, replyCode: why.reply.code });
    this.noteRefusal(why);
    return { accepted: false, refusal: why };
  }

  #notKept(error: unknown): Answer {
    const refusal = refusalForStore(error);
    // A full mailbox is no trouble of ours.
    if (refusal !== refusals.mailboxFull) this.#parties.log.event("smtp/not-kept", { cause: describeError(error) });
    this.noteRefusal(refusal);
    return { accepted: false, refusal };
  }

  #event(
    code: "proxy/sent" | "proxy/not-sent" | "proxy/unknown" | "proxy/not-settled",
    fields: Readonly<Record<string, string | number | undefined>>,
  ): void {
    const { mailbox, proxied, log } = this.#parties;
    const { accepted, refused } = this.#envelope;
    const counts = { recipients: accepted.length, refused: refused.length };
    log.event(code, { mailbox, upstream: proxied.upstream, remoteUser: proxied.remoteUser, ...counts, ...fields });
  }
}
