// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { PosternError } from "../../base/errors.ts";
import { type ExchangeAnswer, exchange } from "./https-exchange.ts";
import { type AccountBinding, bindAccount, signRequest } from "./jws.ts";

const directoryShape = z.object({
  newNonce: z.string(),
  newAccount: z.string(),
  newOrder: z.string(),
  meta: z.object({ externalAccountRequired: z.boolean().optional() }).optional(),
});
type Directory = z.output<typeof directoryShape>;

export const problemShape = z.object({
  type: z.string().default("about:blank"),
  detail: z.string().default(""),
  subproblems: z.array(z.object({ detail: z.string().default("") })).default([]),
});
export type AcmeProblem = z.output<typeof problemShape>;

export interface AcmeAccountParts {
  readonly directoryUrl: string;
  readonly key: KeyObject;
  readonly contact: readonly string[];
  /** For an authority that wants an account of its website. */
  readonly binding: AccountBinding | undefined;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

/** The gateway as a customer of an authority: an account, and signed requests in its name (RFC 8555 §6, §7.1, §7.3). */
export class AcmeAccount {
  readonly #parts: AcmeAccountParts;
  readonly #directory: Directory;
  #nonce: string | undefined;
  #address: string | undefined;

  private constructor(parts: AcmeAccountParts, directory: Directory) {
    this.#parts = parts;
    this.#directory = directory;
  }

  /**
   * Reads the directory and opens the account; one that this key has already is found again (RFC 8555 §7.3.1). Throws
   * `acme/unreachable`, `acme/refused` and `acme/bad-answer`.
   */
  static async open(parts: AcmeAccountParts): Promise<AcmeAccount> {
    const { directoryUrl, ca, signal, contact, binding, key } = parts;
    const answer = await exchange({ method: "GET", url: directoryUrl, ca, signal });
    if (answer.status !== 200) throw new PosternError("acme/bad-answer", `the directory answers ${answer.status}`);
    const account = new AcmeAccount(parts, readAnswer(directoryShape, answer));
    const { newAccount, meta } = account.#directory;
    if (meta?.externalAccountRequired === true && binding === undefined)
      throw new PosternError(
        "acme/refused",
        "this authority wants an account of its website; set acme.eab_key_id and acme.eab_hmac_file",
      );
    const opened = await account.post(newAccount, {
      termsOfServiceAgreed: true,
      ...(binding === undefined ? {} : { externalAccountBinding: bindAccount(key, newAccount, binding) }),
      contact: contact.map((address) => `mailto:${address}`),
    });
    account.#address = locationOf(opened);
    return account;
  }

  get key(): KeyObject {
    return this.#parts.key;
  }

  get newOrder(): string {
    return this.#directory.newOrder;
  }

  /** A signed request; without a payload it reads (RFC 8555 §6.3). A nonce that is not taken is no failure (§6.5). */
  async post(url: string, payload?: object): Promise<ExchangeAnswer> {
    for (let attempt = 1; ; attempt++) {
      const body = signRequest(this.#parts.key, {
        url,
        payload,
        nonce: await this.#takeNonce(),
        account: this.#address,
      });
      const { ca, signal } = this.#parts;
      const answer = await exchange({ method: "POST", url, body, ca, signal });
      this.#nonce = answer.header("replay-nonce");
      if (answer.status < 400) return answer;
      const problem = readProblem(answer.text);
      if (problem.type === "urn:ietf:params:acme:error:badNonce" && attempt < nonceAttempts) continue;
      throw new PosternError("acme/refused", describeProblem(problem));
    }
  }

  async #takeNonce(): Promise<string> {
    const kept = this.#nonce;
    this.#nonce = undefined;
    if (kept !== undefined) return kept;
    const { ca, signal } = this.#parts;
    const answer = await exchange({ method: "HEAD", url: this.#directory.newNonce, ca, signal });
    const nonce = answer.header("replay-nonce");
    if (nonce === undefined) throw new PosternError("acme/bad-answer", "there is no nonce");
    return nonce;
  }
}

const nonceAttempts = 10;

/** The body of an answer, checked. Throws `acme/bad-answer`. */
export function readAnswer<T extends z.ZodType>(shape: T, { text }: ExchangeAnswer): z.output<T> {
  try {
    return shape.parse(JSON.parse(text));
  } catch (error) {
    throw new PosternError("acme/bad-answer", "it is no JSON of RFC 8555", { cause: error });
  }
}

/** Where what was made is (RFC 8555 §7.3, §7.4). Throws `acme/bad-answer`. */
export function locationOf(answer: ExchangeAnswer): string {
  const location = answer.header("location");
  if (location === undefined) throw new PosternError("acme/bad-answer", "there is no Location");
  return location;
}

/** The authority's words, for the log and the console; they come from outside and are cut. */
export function describeProblem({ type, detail, subproblems }: AcmeProblem): string {
  const kind = type.replace(/^urn:ietf:params:acme:error:/, "");
  const all = [detail, ...subproblems.map((each) => each.detail)].filter((text) => text !== "").join("; ");
  return `${kind}: ${all}`.slice(0, 1000);
}

function readProblem(text: string): AcmeProblem {
  try {
    return problemShape.parse(JSON.parse(text));
  } catch {
    return { type: "unknown", detail: "no reason was given", subproblems: [] };
  }
}
