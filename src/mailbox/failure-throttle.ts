// SPDX-License-Identifier: Apache-2.0
import { isIPv4, isIPv6 } from "node:net";
import type { Clock } from "../base/clock.ts";

export interface ThrottleLimits {
  readonly failures: number;
  readonly windowMs: number;
  /** Addresses remembered at most; the one that failed longest ago is forgotten first. */
  readonly addresses: number;
}

interface Failures {
  readonly sinceMs: number;
  readonly count: number;
}

/** Counts wrong passwords per network address, in bounded memory. */
export class FailureThrottle {
  readonly #limits: ThrottleLimits;
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(limits: ThrottleLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Whether this address has to wait before its next password is looked at. */
  mustWait(address: string): boolean {
    const failures = this.#current(networkOf(address));
    return failures !== undefined && failures.count >= this.#limits.failures;
  }

  noteFailure(address: string): void {
    const network = networkOf(address);
    const before = this.#current(network);
    this.#failures.delete(network);
    this.#failures.set(network, {
      sinceMs: before?.sinceMs ?? this.#clock.monotonicMs(),
      count: (before?.count ?? 0) + 1,
    });
    if (this.#failures.size <= this.#limits.addresses) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }

  #current(network: string): Failures | undefined {
    const failures = this.#failures.get(network);
    if (failures === undefined) return undefined;
    if (this.#clock.monotonicMs() - failures.sinceMs < this.#limits.windowMs) return failures;
    this.#failures.delete(network);
    return undefined;
  }
}

/**
 * What counts as one peer: an IPv4 address, also when written in IPv6 form, or an IPv6 /64, since every host has all
 * addresses of its /64 (RFC 4291 §2.5.4).
 */
export function networkOf(address: string): string {
  const plain = address.split("%", 1)[0] ?? "";
  if (!isIPv6(plain)) return plain;
  const groups = ipv6Groups(plain);
  const [first, second, third, fourth, fifth, mapped, high, low] = groups;
  const isMapped = [first, second, third, fourth, fifth].every((group) => group === 0) && mapped === 0xffff;
  if (isMapped && high !== undefined && low !== undefined) {
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups of an address that `isIPv6` has accepted. */
function ipv6Groups(address: string): readonly number[] {
  const [head = "", tail] = address.split("::", 2);
  const left = groupsOf(head);
  if (tail === undefined) return left;
  const right = groupsOf(tail);
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

function groupsOf(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!isIPv4(part)) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
