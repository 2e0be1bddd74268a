// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { hasCode, PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { CertificatePair } from "../../listen/certificate.ts";
import { type AcmeAccount, describeProblem, locationOf, problemShape, readAnswer } from "./acme-account.ts";
import { createCertificateRequest } from "./certificate-request.ts";
import type { ChallengeAnswerer } from "./challenge.ts";
import type { ExchangeAnswer } from "./https-exchange.ts";
import { keyAuthorization } from "./jws.ts";

/** RFC 8555 §7.1.3. */
const orderShape = z.object({
  status: z.enum(["pending", "ready", "processing", "valid", "invalid"]),
  authorizations: z.array(z.string()).max(100),
  finalize: z.string(),
  certificate: z.string().optional(),
  error: problemShape.optional(),
});

/** RFC 8555 §7.1.4, §7.1.5. */
const authorizationShape = z.object({
  status: z.enum(["pending", "valid", "invalid", "deactivated", "expired", "revoked"]),
  identifier: z.object({ value: z.string() }),
  challenges: z.array(
    z.object({
      type: z.string(),
      url: z.string(),
      // RFC 8555 §8.3: base64url; whatever else it were would end up in a path.
      token: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,256}$/)
        .optional(),
      error: problemShape.optional(),
    }),
  ),
});

export interface OrderParts {
  readonly account: AcmeAccount;
  readonly names: readonly string[];
  /** The certificate that it takes the place of (RFC 9773 §5), at an authority that knows such a thing. */
  readonly replaces: string | undefined;
  readonly answerer: ChallengeAnswerer;
  readonly signal: AbortSignal;
}

/**
 * One order from the first request to the certificate (RFC 8555 §7.4, §7.5). Throws `acme/challenge-failed` with the name
 * and the authority's words, and what the account throws.
 */
export async function orderCertificate(parts: OrderParts): Promise<CertificatePair> {
  const { account, names } = parts;
  const opened = await openOrder(account, names, parts.replaces);
  const address = locationOf(opened);
  const { authorizations } = readAnswer(orderShape, opened);
  for (const each of authorizations) await authorize(each, parts);
  const ready = await poll(parts, address, orderShape, ({ status }) => status !== "pending");
  if (ready.status === "invalid") throw new PosternError("acme/refused", problemText(ready.error));
  const { request, key } = await createCertificateRequest(names);
  await account.post(ready.finalize, { csr: request.toString("base64url") });
  const done = await poll(parts, address, orderShape, ({ status }) => status === "valid" || status === "invalid");
  if (done.certificate === undefined) throw new PosternError("acme/refused", problemText(done.error));
  const { text } = await account.post(done.certificate);
  return { certificate: text, key };
}

async function openOrder(
  account: AcmeAccount,
  names: readonly string[],
  replaces: string | undefined,
): Promise<ExchangeAnswer> {
  const wanted = { identifiers: names.map((value) => ({ type: "dns", value })) };
  if (replaces === undefined) return account.post(account.newOrder, wanted);
  try {
    return await account.post(account.newOrder, { ...wanted, replaces });
  } catch (error) {
    // RFC 9773 §5 lets it refuse the field, as when the certificate was replaced before: then it is an order like any other.
    if (!hasCode(error, "acme/refused")) throw error;
    return account.post(account.newOrder, wanted);
  }
}

/** Shows that one name is ours. */
async function authorize(url: string, parts: OrderParts): Promise<void> {
  const { account, answerer } = parts;
  const { status, identifier, challenges } = readAnswer(authorizationShape, await account.post(url));
  // The authority remembers it from a time before.
  if (status === "valid") return;
  const name = identifier.value;
  const challenge = challenges.find(({ type }) => type === answerer.kind);
  if (challenge?.token === undefined)
    throw new PosternError("acme/challenge-failed", `${name}: the authority does not offer ${answerer.kind}`);
  const { token } = challenge;
  await answerer.present({ name, token, keyAuthorization: keyAuthorization(account.key, token) });
  // RFC 8555 §7.5.1: an empty object says that the answer is in place.
  await account.post(challenge.url, {});
  const settled = await poll(parts, url, authorizationShape, (each) => each.status !== "pending");
  if (settled.status === "valid") return;
  const error = settled.challenges.find(({ type }) => type === answerer.kind)?.error;
  throw new PosternError("acme/challenge-failed", `${name}: ${problemText(error)}`);
}

/** Reads again until it is settled, as slowly as the authority wants (RFC 8555 §7.5.1). Throws `acme/not-issued`. */
async function poll<T extends z.ZodType>(
  { account, signal }: OrderParts,
  url: string,
  shape: T,
  settled: (state: z.output<T>) => boolean,
): Promise<z.output<T>> {
  for (let attempt = 0; attempt < limits.acmePolls; attempt++) {
    const answer = await account.post(url);
    const state = readAnswer(shape, answer);
    if (settled(state)) return state;
    await sleep(waitOf(answer), undefined, { signal });
  }
  throw new PosternError("acme/not-issued");
}

function waitOf(answer: ExchangeAnswer): number {
  const seconds = Number(answer.header("retry-after") ?? "1");
  return Number.isInteger(seconds) ? Math.min(Math.max(seconds, 1), 30) * 1000 : limits.acmePollMs;
}

function problemText(problem: z.output<typeof problemShape> | undefined): string {
  return problem === undefined ? "no reason was given" : describeProblem(problem);
}
