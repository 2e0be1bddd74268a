// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { describeError, PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";

export interface Exchange {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  readonly body?: string;
  /** Authorities to trust instead of those of Node.js, in PEM. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/** One request to the authority, over HTTPS alone, bounded in time and size. Throws `acme/unreachable`. */
export async function exchange({ method, url, body, ca, signal }: Exchange): Promise<ExchangeAnswer> {
  if (URL.parse(url)?.protocol !== "https:") throw new PosternError("acme/bad-answer", "an address is not https");
  const late = AbortSignal.any([signal, AbortSignal.timeout(limits.acmeRequestMs)]);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(url, {
        method,
        signal: late,
        agent: false,
        ...(ca === undefined ? {} : { ca }),
        headers: {
          // RFC 8555 §6.1: who asks, and in which language the answer's texts should be.
          "user-agent": "Postern",
          "accept-language": "en",
          ...(body === undefined
            ? {}
            : { "content-type": "application/jose+json", "content-length": Buffer.byteLength(body) }),
        },
      });
      sent.once("response", resolve);
      sent.once("error", reject);
      sent.end(body);
    });
    const text = await readBounded(answer);
    return { status: answer.statusCode ?? 0, header: (name) => headerOf(answer, name), text };
  } catch (error) {
    if (error instanceof PosternError) throw error;
    const host = URL.parse(url)?.host ?? url;
    throw new PosternError("acme/unreachable", `${host}: ${describeError(error)}`, { cause: error });
  }
}

async function readBounded(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer) {
    const octets = Buffer.from(piece);
    bytes += octets.length;
    if (bytes > limits.acmeAnswerBytes) throw new PosternError("acme/bad-answer", "the answer is too long");
    pieces.push(octets);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function headerOf(answer: IncomingMessage, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
