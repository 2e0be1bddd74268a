// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request } from "node:https";
import { json, text } from "node:stream/consumers";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed when it is JSON, else the text. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks at fields and says what it expects of them
  readonly body: any;
}

export interface ApiRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
}

/** A caller of the API over HTTPS, with the cookie and the token of its sign-in when it has one. */
export class ApiClient {
  readonly #port: number;
  #headers: Readonly<Record<string, string>> = {};

  constructor(port: number, headers: Readonly<Record<string, string>> = {}) {
    this.#port = port;
    this.#headers = headers;
  }

  /** What it sends with every request. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  async call(method: string, path: string, { headers = {}, body }: ApiRequest = {}): Promise<ApiAnswer> {
    const answer = await this.open(method, path, { headers, body });
    const isJson = /[/+]json\b/.test(answer.headers["content-type"] ?? "");
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: isJson ? await json(answer) : await text(answer),
    };
  }

  /** The answer as it comes. */
  async open(method: string, path: string, { headers = {}, body }: ApiRequest = {}): Promise<IncomingMessage> {
    const content = typeof body === "string" ? body : body === undefined ? undefined : JSON.stringify(body);
    const sent = request({
      host: "127.0.0.1",
      port: this.#port,
      path: path.startsWith("/") ? path : `/api/v1/${path}`,
      method,
      // Self-signed; what is tested here is not the certificate.
      rejectUnauthorized: false,
      agent: false,
      headers: { ...describe(content), ...this.#headers, ...headers },
    });
    const answered = once(sent, "response");
    sent.end(content);
    const [answer]: IncomingMessage[] = await answered;
    if (answer === undefined) throw new Error("no answer");
    return answer;
  }

  /** Signs in, and sends cookie and token from then on. */
  async signIn(name: string, password: string): Promise<ApiAnswer> {
    const answer = await this.call("POST", "sign-in", { body: { name, password } });
    if (answer.status === 200) this.remember(answer);
    return answer;
  }

  remember({ headers, body }: ApiAnswer): void {
    const cookie = headers["set-cookie"]?.[0]?.split(";", 1)[0] ?? "";
    this.#headers = { cookie, "postern-csrf": String(body.csrfToken) };
  }
}

function describe(content: string | undefined): Readonly<Record<string, string>> {
  if (content === undefined) return {};
  return { "content-type": "application/json", "content-length": String(Buffer.byteLength(content)) };
}
