// SPDX-License-Identifier: Apache-2.0
import { createHmac, randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import type { Clock } from "../base/clock.ts";
import type { Target } from "../protocol/proxy-user-name.ts";
import { type Credentials, secretOf } from "../protocol/sasl/credentials.ts";

export interface ThrottleSettings {
  /** Providers lock an account after ten or so; we stop before them. */
  readonly failuresPerAccount: number;
  /** An office behind one address has many users, and a wrong password each on the day it is changed. */
  readonly failuresPerAddress: number;
  readonly windowMs: number;
  /** Entries of each table; the oldest go first. */
  readonly maxEntries: number;
}

export const defaultThrottleSettings: ThrottleSettings = {
  failuresPerAccount: 5,
  failuresPerAddress: 30,
  windowMs: 900_000,
  maxEntries: 20_000,
};

export interface LoginAttempt {
  readonly clientAddress: string;
  readonly target: Target;
  /** `userName` is the remote user. */
  readonly credentials: Credentials;
}

export type Admission =
  | Permit
  /** These very credentials were refused a short while ago: answer as the upstream did, without asking it again. */
  | { readonly kind: "known-bad" }
  /** Too many failures, or so many attempts under way that they could become too many: answer "try later". */
  | { readonly kind: "wait" };

export interface Permit {
  readonly kind: "permit";
  /** Must be called once. `none`: the upstream gave no verdict on the credentials. */
  end(verdict: "good" | "bad" | "none"): void;
}

/** Names accounts and credentials by keyed hashes: no name and no password goes further than that. */
export interface LoginKeys {
  readonly account: string;
  /** Of account and password together. */
  readonly whole: string;
  /** What counts as one address. */
  readonly address: string;
}

/** `key`: secret, the same wherever they are compared. */
export function loginKeys(key: Buffer, { clientAddress, target, credentials }: LoginAttempt): LoginKeys {
  return {
    account: hashOf(key, [target.host, credentials.userName]),
    whole: hashOf(key, [target.host, credentials.userName, secretOf(credentials).expose()]),
    address: addressGroup(clientAddress),
  };
}

/** Lets logins go on to an upstream, wherever failures are counted. */
export interface LoginThrottle {
  admit(attempt: LoginAttempt): Admission | Promise<Admission>;
}

/**
 * Keeps failed logins from reaching upstreams in numbers: they would lock our users' real accounts and put our address
 * on block lists. Holds no name and no password, only keyed hashes that die with the process.
 */
export class CredentialsThrottle implements LoginThrottle {
  readonly #settings: ThrottleSettings;
  readonly #clock: Clock;
  /** For `loginKeys`, by those who ask from another thread. */
  readonly key = randomBytes(32);
  readonly #accounts: FailureTable;
  readonly #addresses: FailureTable;
  /** Hash of account and password → when it was refused. */
  readonly #knownBad = new Map<string, number>();

  constructor(settings: ThrottleSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#accounts = new FailureTable(settings.failuresPerAccount, settings);
    this.#addresses = new FailureTable(settings.failuresPerAddress, settings);
  }

  admit(attempt: LoginAttempt): Admission {
    return this.admitKeys(loginKeys(this.key, attempt));
  }

  admitKeys({ account, whole, address }: LoginKeys): Admission {
    const nowMs = this.#clock.monotonicMs();
    const refusedMs = this.#knownBad.get(whole);
    if (refusedMs !== undefined && nowMs - refusedMs < this.#settings.windowMs) return { kind: "known-bad" };
    if (!this.#accounts.hasRoom(account, nowMs) || !this.#addresses.hasRoom(address, nowMs)) return { kind: "wait" };
    this.#accounts.begin(account);
    this.#addresses.begin(address);
    return { kind: "permit", end: (verdict) => this.#end({ account, address, whole }, verdict) };
  }

  #end(keys: LoginKeys, verdict: "good" | "bad" | "none"): void {
    const nowMs = this.#clock.monotonicMs();
    this.#accounts.end(keys.account, verdict, nowMs);
    // A good login of one user says nothing about the others behind the address.
    this.#addresses.end(keys.address, verdict === "good" ? "none" : verdict, nowMs);
    if (verdict !== "bad") return;
    this.#knownBad.delete(keys.whole);
    this.#knownBad.set(keys.whole, nowMs);
    dropOldest(this.#knownBad, this.#settings.maxEntries);
  }
}

function hashOf(key: Buffer, parts: readonly (string | Buffer)[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) {
    const octets = Buffer.from(part);
    // The length keeps ("a", "bc") apart from ("ab", "c").
    hmac.update(`${octets.length}:`).update(octets);
  }
  return hmac.digest("base64");
}

interface Entry {
  readonly failuresMs: readonly number[];
  readonly pending: number;
}

/** Failures in a sliding window. Attempts under way count as failures, so that a burst cannot outrun the verdicts. */
class FailureTable {
  readonly #limit: number;
  readonly #settings: ThrottleSettings;
  readonly #entries = new Map<string, Entry>();

  constructor(limit: number, settings: ThrottleSettings) {
    this.#limit = limit;
    this.#settings = settings;
  }

  hasRoom(key: string, nowMs: number): boolean {
    const { failuresMs, pending } = this.#entries.get(key) ?? unused;
    const recent = failuresMs.filter((atMs) => nowMs - atMs < this.#settings.windowMs);
    return recent.length + pending < this.#limit;
  }

  begin(key: string): void {
    const { failuresMs, pending } = this.#entries.get(key) ?? unused;
    this.#put(key, { failuresMs, pending: pending + 1 });
  }

  end(key: string, verdict: "good" | "bad" | "none", nowMs: number): void {
    const before = this.#entries.get(key) ?? unused;
    const pending = Math.max(0, before.pending - 1);
    const kept = verdict === "good" ? [] : before.failuresMs;
    const failuresMs = verdict === "bad" ? [...kept, nowMs].slice(-this.#limit) : kept;
    if (pending === 0 && failuresMs.length === 0) this.#entries.delete(key);
    else this.#put(key, { failuresMs, pending });
  }

  #put(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    dropOldest(this.#entries, this.#settings.maxEntries);
  }
}

const unused: Entry = { failuresMs: [], pending: 0 };

function dropOldest(map: Map<string, unknown>, maxEntries: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= maxEntries) return;
    map.delete(oldest);
  }
}

/** One customer holds a whole /64 (RFC 6177 §2), so single IPv6 addresses are worth nothing. */
function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.replace(/%.*$/, "").split("::", 2);
  const front = head === "" ? [] : head.split(":");
  const back = tail === "" ? [] : tail.split(":");
  const groups = [...front, ...Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0"), ...back];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
