// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { describeError, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { SecretBytes } from "../base/secret.ts";
import type { Configuration } from "../config/schema.ts";
import { parseTarget, type Target } from "../protocol/proxy-user-name.ts";
import type { PasswordCredentials } from "../protocol/sasl/credentials.ts";
import type { Reply } from "../protocol/smtp/reply.ts";
import { type Delivery, type DeliveryResult, deliver } from "../upstream/delivery.ts";
import { type Resolver, resolveTarget } from "../upstream/resolve.ts";
import { UpstreamTls } from "../upstream/tls.ts";
import { TrustStore } from "../upstream/trust.ts";
import { type Channel, readSecretFile, type SendResult, sendResult } from "./channel.ts";
import type { Letter } from "./letter.ts";
import { composeMessage } from "./mail-message.ts";

export interface EmailParts {
  /** Of this moment. */
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly resolver: Resolver;
}

/** Notices by e-mail, to one server, over verified TLS alone (I5). */
export class EmailChannel implements Channel {
  readonly #parts: EmailParts;

  constructor(parts: EmailParts) {
    this.#parts = parts;
  }

  get isConfigured(): boolean {
    const { emailTo, smtpServer } = this.#parts.configuration.notify;
    return emailTo.length > 0 && smtpServer !== undefined;
  }

  async send(letter: Letter, signal: AbortSignal): Promise<SendResult> {
    try {
      return resultOf(await this.#deliver(letter, signal));
    } catch (error) {
      if (error instanceof PosternError) return sendResult("failed", error.message);
      return sendResult("failed", describeError(error));
    }
  }

  async #deliver(letter: Letter, signal: AbortSignal): Promise<DeliveryResult> {
    const { configuration, clock, resolver } = this.#parts;
    const { emailTo, emailFrom, smtpServer = "", smtpSecurity, caFile } = configuration.notify;
    const target = parseTarget(smtpServer);
    if (target === undefined) return { kind: "failed", text: `${smtpServer} is no server` };
    const port = target.port ?? (smtpSecurity === "implicit" ? 465 : 587);
    const timeoutMs = limits.noticeDeliveryMs;
    const found = await resolveTarget(target, port, { policy: anywhere, resolver, timeoutMs });
    if (found.kind === "failed") return found;
    const from = emailFrom ?? `postern@${letter.hostName}`;
    const delivery: Delivery = {
      addresses: found.addresses,
      port,
      target,
      security: smtpSecurity,
      tls: new UpstreamTls(await trust(target, caFile)),
      hostName: letter.hostName,
      reversePath: from,
      recipients: emailTo,
      content: composeMessage(letter, { from, to: emailTo }),
      clock,
      totalMs: timeoutMs,
      signal,
    };
    const credentials = await this.#credentials();
    try {
      return await deliver(credentials === undefined ? delivery : { ...delivery, credentials });
    } finally {
      credentials?.password.wipe();
    }
  }

  async #credentials(): Promise<PasswordCredentials | undefined> {
    const { smtpUser, smtpPasswordFile } = this.#parts.configuration.notify;
    if (smtpUser === undefined || smtpPasswordFile === undefined) return undefined;
    const password = SecretBytes.own(await readSecretFile(smtpPasswordFile));
    return { kind: "password", userName: smtpUser, password };
  }
}

/** Whoever may change the settings names the server; a relay in the own network is the usual one. */
const anywhere = { mayTry: () => true, allows: () => true };

async function trust({ host }: Target, caFile: string | undefined): Promise<TrustStore> {
  const caFiles = new Map(caFile === undefined ? [] : [[host, caFile]]);
  return TrustStore.load({ caFiles, pins: new Map() });
}

function resultOf(result: DeliveryResult): SendResult {
  if (result.kind === "failed") return sendResult("failed", result.text);
  const { reply, refusedRecipients } = result;
  if (reply.code >= 300) return sendResult("refused", wordsOf(reply));
  const [refused] = refusedRecipients;
  if (refused === undefined) return sendResult("delivered", wordsOf(reply));
  const { length } = refusedRecipients;
  return sendResult(
    "delivered",
    `${wordsOf(reply)}; but ${length} of the recipients refused: ${wordsOf(refused.reply)}`,
  );
}

function wordsOf({ code, enhanced, lines }: Reply): string {
  return [code, ...(enhanced === undefined ? [] : [enhanced]), ...lines].join(" ");
}
