// SPDX-License-Identifier: Apache-2.0

/** More targets than a gateway's users have. */
const maxSessions = 1000;
/** A certificate that was withdrawn or replaced is looked at again after this time. */
const keepMs = 3_600_000;

/** TLS sessions per target: a resumed one saves the upstream and us the costly half of a handshake. */
export class SessionMemory {
  readonly #sessions = new Map<string, { readonly session: Buffer; readonly atMs: number }>();

  get(target: string, nowMs: number): Buffer | undefined {
    const known = this.#sessions.get(target);
    if (known === undefined || nowMs - known.atMs > keepMs) return undefined;
    return known.session;
  }

  put(target: string, session: Buffer, nowMs: number): void {
    this.#sessions.delete(target);
    this.#sessions.set(target, { session, atMs: nowMs });
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= maxSessions) break;
      this.#sessions.delete(oldest);
    }
  }
}
