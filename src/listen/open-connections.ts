// SPDX-License-Identifier: Apache-2.0
import type { Socket } from "node:net";
import type { TcpConnection } from "./tcp-connection.ts";

/** Where a connection came in. */
export interface Arrival {
  /** Below TLS; its end gives the place back. */
  readonly socket: Socket;
  /** The name of its listener. */
  readonly listener: string;
  /** What the peer is told when it has to go. */
  readonly busyText: string;
}

/**
 * The open connections of all listeners of a thread. All of them take places of the same gateway, so that one of POP3 may
 * have to give way for one that brings mail.
 */
export class OpenConnections {
  readonly #arrivals = new Map<TcpConnection, Arrival>();

  add(connection: TcpConnection, arrival: Arrival): void {
    this.#arrivals.set(connection, arrival);
  }

  delete(connection: TcpConnection): void {
    this.#arrivals.delete(connection);
  }

  /** Who was silent for longest, and has neither brought mail nor signed in; `undefined`: there is nobody. */
  silentForLongest(): (Arrival & { readonly connection: TcpConnection }) | undefined {
    let silentSinceMs = Number.POSITIVE_INFINITY;
    let longest: TcpConnection | undefined;
    for (const connection of this.#arrivals.keys()) {
      const sinceMs = connection.silentSinceMs;
      if (sinceMs === undefined || sinceMs >= silentSinceMs) continue;
      silentSinceMs = sinceMs;
      longest = connection;
    }
    const arrival = longest === undefined ? undefined : this.#arrivals.get(longest);
    return longest === undefined || arrival === undefined ? undefined : { ...arrival, connection: longest };
  }
}
