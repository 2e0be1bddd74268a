// SPDX-License-Identifier: Apache-2.0
import { timingSafeEqual } from "node:crypto";
import { PosternError } from "../../base/errors.ts";
import type { Account } from "../accounts/account.ts";
import type { AccountRegistry } from "../accounts/account-registry.ts";
import { roles, type Scope } from "../accounts/roles.ts";
import type { TokenRegistry } from "../accounts/token-registry.ts";
import type { Access, Caller } from "./route.ts";
import { mustAddFactor, type PolicyStages } from "./second-factor-policy.ts";
import type { SignIns } from "./sign-ins.ts";

/** The `__Host-` prefix: browsers take it from this very host alone, over TLS, for all paths. */
export const cookieName = "__Host-postern";

/** Carries the token of the sign-in; a page of another site can make a browser send the cookie, but not this. */
export const csrfHeader = "postern-csrf";

export interface Credentials {
  readonly accounts: Pick<AccountRegistry, "find">;
  readonly tokens: Pick<TokenRegistry, "find">;
  readonly signIns: SignIns;
  readonly factors: PolicyStages["factors"];
  readonly configuration: PolicyStages["configuration"];
}

/** What of a request says who sends it. */
export interface RequestHead {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
}

/**
 * Who sends a request; `undefined` when it does not say. Throws `api/not-signed-in` for a token or cookie that is worth
 * nothing, and `api/cross-site` for a change that comes with a cookie and without the token of its sign-in.
 */
export function authenticate(head: RequestHead, credentials: Credentials): Caller | undefined {
  const authorization = head.header("authorization");
  if (authorization !== undefined) return withToken(authorization, credentials);
  const secret = cookieOf(head.header("cookie"));
  return secret === undefined ? undefined : withCookie(secret, head, credentials);
}

/** Throws `api/not-signed-in`, `api/second-factor-needed` or `api/forbidden`. */
export function allow(access: Exclude<Access, "public">, caller: Caller | undefined): void {
  if (caller === undefined) throw new PosternError("api/not-signed-in");
  if (access === "caller") return;
  if (access !== "person" && caller.mustAddFactor) throw new PosternError("api/second-factor-needed");
  if (access === "person" ? caller.signIn !== undefined : caller.scopes.includes(access)) return;
  const missing =
    access === "person" ? "this is for people who sign in with a password" : `the scope ${access} is missing`;
  throw new PosternError("api/forbidden", missing);
}

/** `Bearer`, in any letter case (RFC 6750 §2.1, RFC 7235 §2.1). */
function withToken(authorization: string, { accounts, tokens }: Credentials): Caller {
  const text = /^bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1];
  const token = text === undefined ? undefined : tokens.find(text);
  const account = token === undefined ? undefined : accounts.find(token.account);
  if (text === undefined || token === undefined || account === undefined) {
    throw new PosternError("api/not-signed-in", "the token is unknown, revoked or has expired");
  }
  return {
    account,
    // What its owner may do no more, it may do no more.
    scopes: token.scopes.filter((scope) => scopesOf(account).includes(scope)),
    actor: `token:${account.name}/${token.name}`,
    signIn: undefined,
    mustAddFactor: false,
    stillValid: () => tokens.find(text) !== undefined,
  };
}

function withCookie(secret: string, head: RequestHead, credentials: Credentials): Caller {
  const { accounts, signIns } = credentials;
  const signIn = signIns.use(secret);
  const account = signIn === undefined ? undefined : accounts.find(signIn.account);
  if (signIn === undefined || account === undefined) {
    throw new PosternError("api/not-signed-in", "the sign-in has ended");
  }
  if (!isSafe(head.method) && !equal(head.header(csrfHeader) ?? "", signIn.csrfToken)) {
    throw new PosternError("api/cross-site", `the header ${csrfHeader} has not the token of this sign-in`);
  }
  const mustAdd = mustAddFactor(account, credentials);
  return {
    account,
    scopes: mustAdd ? [] : scopesOf(account),
    actor: `console:${account.name}`,
    signIn,
    mustAddFactor: mustAdd,
    stillValid: () => signIns.isOpen(signIn.id) && mustAddFactor(account, credentials) === mustAdd,
  };
}

/**
 * Throws `api/cross-site` for a change that a page of another site has sent. Browsers say by themselves where a request
 * comes from; programs that are no browsers say nothing.
 */
export function refuseCrossSite({ method, header }: RequestHead): void {
  if (isSafe(method)) return;
  const site = header("sec-fetch-site");
  const origin = header("origin");
  const own = origin === undefined || origin.toLowerCase() === `https://${(header("host") ?? "").toLowerCase()}`;
  if (own && (site === undefined || site === "same-origin" || site === "none")) return;
  throw new PosternError("api/cross-site", "a page of another site has sent this");
}

/** RFC 9110 §9.2.1. */
function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function scopesOf(account: Account): readonly Scope[] {
  return roles[account.role];
}

function cookieOf(header: string | undefined): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === cookieName) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
