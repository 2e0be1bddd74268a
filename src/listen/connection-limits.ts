// SPDX-License-Identifier: Apache-2.0

export interface ConnectionLimitSettings {
  readonly connectionsTotal: number;
  readonly connectionsPerAddress: number;
}

/** Why a connection is not taken. */
export type ConnectionRefusal = "total" | "per-address";

/** Gives out the places for connections, wherever they are counted. */
export interface ConnectionPlaces {
  /** Takes a place; `undefined` means taken, and `leave` must follow. */
  enter(address: string): ConnectionRefusal | undefined | Promise<ConnectionRefusal | undefined>;
  leave(address: string): void;
}

/** Counts open connections in total and per address. One for all listeners: the process is what must not run out. */
export class ConnectionLimits implements ConnectionPlaces {
  readonly #settings: ConnectionLimitSettings;
  readonly #perAddress = new Map<string, number>();
  #total = 0;

  constructor(settings: ConnectionLimitSettings) {
    this.#settings = settings;
  }

  get open(): number {
    return this.#total;
  }

  enter(address: string): ConnectionRefusal | undefined {
    if (this.#total >= this.#settings.connectionsTotal) return "total";
    const key = addressKey(address);
    const here = this.#perAddress.get(key) ?? 0;
    if (here >= this.#settings.connectionsPerAddress) return "per-address";
    this.#perAddress.set(key, here + 1);
    this.#total += 1;
    return undefined;
  }

  leave(address: string): void {
    const key = addressKey(address);
    const here = this.#perAddress.get(key) ?? 0;
    if (here <= 1) this.#perAddress.delete(key);
    else this.#perAddress.set(key, here - 1);
    this.#total -= 1;
  }
}

/** One subscriber holds a whole IPv6 /64, so that is what counts as an address there (RFC 6177 §2). */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("%")[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  const tailGroups = tail === "" ? [] : tail.split(":");
  if (address.includes("::")) while (groups.length + tailGroups.length < 8) groups.push("0");
  return [...groups, ...tailGroups].slice(0, 4).join(":");
}
