// SPDX-License-Identifier: Apache-2.0
import { lookup } from "node:dns/promises";
import { formatTarget, type Target } from "../protocol/proxy-user-name.ts";
import { failure, type UpstreamFailure } from "./failure.ts";
import type { TargetPolicy } from "./targets.ts";

/** All addresses of a name. An empty list: there is none. Throws when the question could not be answered. */
export type Resolver = (name: string) => Promise<readonly string[]>;

/** Addresses that passed the rules; only these are connected to. */
export interface CheckedAddresses {
  readonly kind: "resolved";
  readonly addresses: readonly string[];
}

/** A lookup occupies one of the four threads that also read and write files; a slow name server must leave some free. */
const lookupsAtOnce = 2;

/** The system's resolver, with its hosts file. */
export function systemResolver(): Resolver {
  const gate = new Gate(lookupsAtOnce);
  return (name) =>
    gate.run(async () => {
      try {
        return (await lookup(name, { all: true, order: "verbatim" })).map(({ address }) => address);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOTFOUND") return [];
        throw error;
      }
    });
}

/**
 * Looks a target up once and checks every address: one that is not allowed spoils the name, because it shows that the
 * name's owner points into somebody else's network (DNS rebinding).
 */
export async function resolveTarget(
  target: Target,
  port: number,
  {
    policy,
    resolver,
    timeoutMs,
  }: { readonly policy: TargetPolicy; readonly resolver: Resolver; readonly timeoutMs: number },
): Promise<CheckedAddresses | UpstreamFailure> {
  const { host } = target;
  if (!policy.mayTry(target, port)) return refused(target, port, "is not among the allowed targets");
  let addresses: readonly string[] | "timed-out";
  try {
    addresses = target.hostKind === "name" ? await within(resolver(host), timeoutMs) : [host];
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    return failure("name-lookup-failed", `the addresses of ${host} cannot be looked up (${reason})`, host);
  }
  if (addresses === "timed-out") return failure("name-lookup-failed", `the lookup of ${host} took too long`, host);
  if (addresses.length === 0) return failure("name-not-found", `there is no server with the name ${host}`, host);
  const bad = addresses.find((address) => !policy.allows(target, address, port));
  return bad === undefined
    ? { kind: "resolved", addresses }
    : refused(target, port, `has the address ${bad}, which is not allowed`);
}

function refused(target: Target, port: number, reason: string): UpstreamFailure {
  return failure("target-refused", `${formatTarget({ ...target, port })} ${reason}`, target.host);
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | "timed-out"> {
  const { promise, resolve } = Promise.withResolvers<"timed-out">();
  const timer = setTimeout(() => resolve("timed-out"), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    // A lookup that fails later has nobody left to tell.
    work.catch(() => undefined);
  }
}

/** Lets so many run at a time; the others wait in line. */
class Gate {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
