// SPDX-License-Identifier: Apache-2.0
import { connect as connectSocket, isIPv6, type Socket } from "node:net";

/** Opens one TCP connection to an address, never to a name. Rejects when it cannot; `signal` gives it up. */
export type TcpOpener = (address: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** RFC 8305 §8: the time before the next address is tried beside the one that does not answer. */
const attemptDelayMs = 250;
/** More addresses than these are a trick to keep us busy. */
const maxAddresses = 12;

export type ConnectResult =
  | { readonly kind: "connected"; readonly socket: Socket; readonly address: string }
  | { readonly kind: "timed-out" }
  /** No address took the connection; `reason` is that of the first. */
  | { readonly kind: "unreachable"; readonly reason: string };

export interface ConnectOptions {
  readonly port: number;
  /** For all addresses together. */
  readonly timeoutMs: number;
  readonly open?: TcpOpener;
  readonly attemptDelayMs?: number;
}

/** Connects to the first address that answers, IPv6 and IPv4 in turn (RFC 8305 §5). Those that lose are closed. */
export async function connectToAny(addresses: readonly string[], options: ConnectOptions): Promise<ConnectResult> {
  const { port, timeoutMs, open = openTcp } = options;
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort("timed-out"), timeoutMs);
  const race = new AddressRace(interleave(addresses).slice(0, maxAddresses), {
    start: (address) => open(address, port, giveUp.signal),
    delayMs: options.attemptDelayMs ?? attemptDelayMs,
    signal: giveUp.signal,
  });
  try {
    return await race.run();
  } finally {
    clearTimeout(timer);
    giveUp.abort("over");
  }
}

interface RaceOptions {
  readonly start: (address: string) => Promise<Socket>;
  readonly delayMs: number;
  readonly signal: AbortSignal;
}

class AddressRace {
  readonly #waiting: string[];
  readonly #options: RaceOptions;
  readonly #result = Promise.withResolvers<ConnectResult>();
  #running = 0;
  #decided = false;
  #firstReason: string | undefined;
  #next: NodeJS.Timeout | undefined;

  constructor(addresses: readonly string[], options: RaceOptions) {
    this.#waiting = [...addresses];
    this.#options = options;
  }

  run(): Promise<ConnectResult> {
    this.#options.signal.addEventListener("abort", () => this.#decide({ kind: "timed-out" }), { once: true });
    this.#startNext();
    return this.#result.promise;
  }

  #startNext(): void {
    clearTimeout(this.#next);
    const address = this.#decided ? undefined : this.#waiting.shift();
    if (address === undefined) {
      if (this.#running === 0) this.#decide({ kind: "unreachable", reason: this.#firstReason ?? "no address" });
      return;
    }
    this.#running++;
    this.#options.start(address).then(
      (socket) => this.#won(socket, address),
      (error: unknown) => this.#lost(error),
    );
    if (this.#waiting.length > 0) this.#next = setTimeout(() => this.#startNext(), this.#options.delayMs);
  }

  #won(socket: Socket, address: string): void {
    if (this.#decided) socket.destroy();
    else this.#decide({ kind: "connected", socket, address });
  }

  #lost(error: unknown): void {
    this.#running--;
    this.#firstReason ??= error instanceof Error && "code" in error ? String(error.code) : "error";
    this.#startNext();
  }

  #decide(result: ConnectResult): void {
    if (this.#decided) return;
    this.#decided = true;
    clearTimeout(this.#next);
    this.#result.resolve(result);
  }
}

/** RFC 8305 §4: the families take turns, beginning with that of the first address. */
export function interleave(addresses: readonly string[]): readonly string[] {
  const unique = [...new Set(addresses)];
  const six = unique.filter((address) => isIPv6(address));
  const four = unique.filter((address) => !isIPv6(address));
  const [first, second] = isIPv6(unique[0] ?? "") ? [six, four] : [four, six];
  return Array.from({ length: Math.max(first.length, second.length) }, (_, at) => [first[at], second[at]])
    .flat()
    .filter((address) => address !== undefined);
}

/** A TCP connection of the system. */
export const openTcp: TcpOpener = (host, port, signal) =>
  new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, noDelay: true });
    const abort = (): void => void socket.destroy(new Error("given up"));
    signal.addEventListener("abort", abort, { once: true });
    // Stays: an error of a socket that lost the race must not reach the process.
    socket.on("error", reject);
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      resolve(socket);
    });
    if (signal.aborted) abort();
  });
