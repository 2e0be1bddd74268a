// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { Connection } from "../base/connection.ts";
import { describeError, hasCode } from "../base/errors.ts";
import { Capture, type CaptureStages, type Kept } from "../capture/capture.ts";
import type { Log } from "../observe/log.ts";
import type { Envelope, EnvelopeRecipient, OpenTransaction } from "../protocol/smtp/envelope.ts";
import { type Refusal, refusals } from "../protocol/smtp/refusal.ts";
import { type Reply, reply } from "../protocol/smtp/reply.ts";
import type { Answer } from "../protocol/smtp/server/machine-types.ts";
import { recordEnvelope } from "./envelope-record.ts";
import type { MailStage } from "./mail-stage.ts";
import { OpenMail } from "./open-mail.ts";
import { judgeRecipient, type RecipientPolicySettings, type RecipientRefusalCause } from "./recipient-policy.ts";

export interface JournalIntakeStages extends CaptureStages {
  readonly policy: RecipientPolicySettings;
  readonly clock: Clock;
  readonly hostName: string;
  /** Mailboxes of one transaction. */
  readonly maxMailboxes: number;
}

/** Takes journal copies for mailboxes of ours. Nothing is acknowledged before it is durable (I1). */
export class JournalIntake implements MailStage {
  readonly over = undefined;
  readonly whenOver = undefined;
  readonly usesContentUp = true;
  readonly #stages: JournalIntakeStages;
  readonly #connection: Connection;
  readonly #log: Log;
  #mail = new OpenMail();

  constructor(stages: JournalIntakeStages, connection: Connection, log: Log) {
    this.#stages = stages;
    this.#connection = connection;
    this.#log = log;
  }

  judgeMail({ declaredBytes }: OpenTransaction): Answer {
    this.#mail = new OpenMail();
    // RFC 1870 §6.1: better now than after the content has come.
    return this.#stages.policy.readiness(declaredBytes ?? 0) === "disk-low"
      ? { accepted: false, refusal: refusals.diskLow }
      : { accepted: true };
  }

  judgeRecipient({ declaredBytes }: OpenTransaction, { forwardPath, parametersText }: EnvelopeRecipient): Answer {
    const verdict = judgeRecipient(this.#stages.policy, {
      localPart: forwardPath.localPart,
      domain: forwardPath.domain,
      peerAddress: this.#connection.peer.address,
      encrypted: this.#connection.tls !== undefined,
      expectedBytes: declaredBytes ?? 0,
    });
    if (!verdict.accepted) {
      if (verdict.mailbox !== undefined) this.#stages.store.noteRefusal(verdict.mailbox, verdict.cause);
      return { accepted: false, refusal: recipientRefusals[verdict.cause] };
    }
    const recipient = { address: forwardPath.text, parameters: parametersText };
    return this.#mail.addRecipient(verdict.mailbox, recipient, this.#stages.maxMailboxes)
      ? { accepted: true }
      : { accepted: false, refusal: refusals.tooManyRecipients };
  }

  startContent(envelope: Envelope): Answer {
    const { hostName, clock } = this.#stages;
    const recorded = recordEnvelope(envelope, this.#connection, { hostName, receivedAtMs: clock.nowMs() });
    try {
      this.#mail.startContent(Capture.begin(this.#stages, recorded, this.#mail.targets(), envelope.declaredBytes));
      return { accepted: true };
    } catch (error) {
      return this.#notKept(error);
    }
  }

  write(content: Buffer): Promise<undefined> | undefined {
    return this.#mail.write(content);
  }

  async commit(): Promise<Answer> {
    try {
      const kept = await this.#mail.keep();
      for (const { mailbox, uniqueId, repeated, contentBytes } of kept) {
        this.#log.event(repeated ? "smtp/repeated" : "smtp/kept", { mailbox, uniqueId, contentBytes });
      }
      return { accepted: true, reply: keptReply(kept) };
    } catch (error) {
      return this.#notKept(error);
    }
  }

  discard(): Promise<undefined> {
    return this.#mail.discard();
  }

  noteRefusal({ cause }: Refusal): void {
    for (const mailbox of this.#mail.mailboxes) this.#stages.store.noteRefusal(mailbox, cause);
  }

  async close(): Promise<void> {
    await this.#mail.discard();
  }

  #notKept(error: unknown): Answer {
    const refusal = refusalForStore(error);
    // That is no trouble of ours.
    if (refusal !== refusals.mailboxFull) this.#log.event("smtp/not-kept", { cause: describeError(error) });
    this.noteRefusal(refusal);
    return { accepted: false, refusal };
  }
}

/** What a sender is told when the store could not take a message: always temporary (I7). */
export function refusalForStore(error: unknown): Refusal {
  if (hasCode(error, "mailbox/full")) return refusals.mailboxFull;
  return hasCode(error, "store/disk-low") ? refusals.diskLow : refusals.storeFailing;
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
