// SPDX-License-Identifier: Apache-2.0
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { getCACertificates } from "node:tls";
import { describeError, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Configuration } from "../config/schema.ts";
import { type Channel, readSecretFile, type SendResult, sendResult } from "./channel.ts";
import type { Letter } from "./letter.ts";
import { composeJson } from "./webhook-json.ts";

/** Notices as JSON to one address, over HTTPS with a verified certificate. */
export class WebhookChannel implements Channel {
  readonly #configuration: Configuration;

  constructor({ configuration }: { readonly configuration: Configuration }) {
    this.#configuration = configuration;
  }

  get isConfigured(): boolean {
    return this.#configuration.notify.webhookUrl !== undefined;
  }

  async send(letter: Letter, signal: AbortSignal): Promise<SendResult> {
    const { webhookUrl, webhookSecretFile, caFile } = this.#configuration.notify;
    if (webhookUrl === undefined) return sendResult("failed", "no webhook is set");
    try {
      const body = composeJson(letter);
      const sentSeconds = Math.floor(letter.atMs / 1000);
      const secret = webhookSecretFile === undefined ? undefined : await readSecretFile(webhookSecretFile);
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "Postern",
        "webhook-id": letter.id,
        "webhook-timestamp": String(sentSeconds),
        ...(secret === undefined ? {} : { "webhook-signature": signatureOf(letter.id, sentSeconds, body, secret) }),
      };
      const ca = caFile === undefined ? undefined : await authorities(caFile);
      return verdictOf(await post({ url: webhookUrl, body, headers, ca, signal }));
    } catch (error) {
      return sendResult("failed", error instanceof PosternError ? error.message : describeError(error));
    }
  }
}

/**
 * As Standard Webhooks has it: HMAC-SHA-256 over id, time and body. A secret of the form `whsec_` with base64 behind it is
 * decoded, any other is taken as it is.
 */
function signatureOf(id: string, seconds: number, body: string, secret: Buffer): string {
  const text = secret.toString("utf8");
  const key = text.startsWith("whsec_") ? Buffer.from(text.slice(6), "base64") : secret;
  const mac = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  secret.fill(0);
  return `v1,${mac}`;
}

async function authorities(file: string): Promise<string[]> {
  try {
    return [...getCACertificates("default"), await readFile(file, "utf8")];
  } catch (error) {
    throw new PosternError("config/unreadable", `${file}: ${describeError(error)}`, { cause: error });
  }
}

interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly ca: string[] | undefined;
  readonly signal: AbortSignal;
}

/** The status. Nothing more of the answer is read: nobody is shown what some address inside a network says. */
function post({ url, body, headers, ca, signal }: Post): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(url, {
    method: "POST",
    agent: false,
    headers: { ...headers },
    signal: AbortSignal.any([signal, AbortSignal.timeout(limits.noticeDeliveryMs)]),
    minVersion: "TLSv1.2",
    ...(ca === undefined ? {} : { ca }),
  });
  sent.once("response", (answer) => {
    resolve(answer.statusCode ?? 0);
    answer.on("error", () => undefined);
    answer.destroy();
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

function verdictOf(status: number): SendResult {
  if (status >= 200 && status < 300) return sendResult("delivered", `HTTP status ${status}`);
  const redirects = status >= 300 && status < 400 ? "; redirects are not followed, set the final address" : "";
  return sendResult("refused", `HTTP status ${status}${redirects}`);
}
