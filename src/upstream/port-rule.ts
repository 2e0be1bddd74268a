// SPDX-License-Identifier: Apache-2.0
import { formatTarget, type Target } from "../protocol/proxy-user-name.ts";

export type UpstreamProtocol = "smtp" | "pop3";

/** One way to reach an upstream. There is no third kind of `tls`. */
export interface Door {
  readonly port: number;
  readonly tls: "implicit" | "starttls";
}

/** RFC 8314 §3: implicit TLS first. Never 25 for submission unless the user typed it (RFC 6409 §3.1). */
const standardDoors: Readonly<Record<UpstreamProtocol, readonly Door[]>> = {
  smtp: [
    { port: 465, tls: "implicit" },
    { port: 587, tls: "starttls" },
  ],
  pop3: [
    { port: 995, tls: "implicit" },
    { port: 110, tls: "starttls" },
  ],
};

const starttlsPorts: ReadonlySet<number> = new Set([25, 587, 110, 143]);

/** The doors to try, in this order. A port of no known use gets implicit TLS, and STARTTLS when that is no TLS port. */
export function doorsFor(protocol: UpstreamProtocol, port: number | undefined): readonly Door[] {
  if (port === undefined) return standardDoors[protocol];
  if (starttlsPorts.has(port)) return [{ port, tls: "starttls" }];
  const implicit = { port, tls: "implicit" } as const;
  return [465, 993, 995].includes(port) ? [implicit] : [implicit, { port, tls: "starttls" }];
}

const maxRemembered = 1000;
/** A provider that opens port 465 is found again within a day. */
const rememberMs = 24 * 3_600_000;

/** Which door worked for a target, so that the next user does not wait for the one that is shut. */
export class DoorMemory {
  readonly #known = new Map<string, { readonly door: Door; readonly atMs: number }>();

  /** The doors to try, the one that worked last in front. */
  doorsFor(protocol: UpstreamProtocol, target: Target, nowMs: number): readonly Door[] {
    const doors = doorsFor(protocol, target.port);
    const known = this.#known.get(keyOf(protocol, target));
    if (known === undefined || nowMs - known.atMs > rememberMs) return doors;
    return doors.toSorted((a, b) => Number(isSame(b, known.door)) - Number(isSame(a, known.door)));
  }

  worked(protocol: UpstreamProtocol, target: Target, door: Door, nowMs: number): void {
    const key = keyOf(protocol, target);
    this.#known.delete(key);
    this.#known.set(key, { door, atMs: nowMs });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= maxRemembered) break;
      this.#known.delete(oldest);
    }
  }
}

function isSame(a: Door, b: Door): boolean {
  return a.port === b.port && a.tls === b.tls;
}

function keyOf(protocol: UpstreamProtocol, target: Target): string {
  return `${protocol} ${formatTarget(target)}`;
}
