// SPDX-License-Identifier: Apache-2.0
import { type LogEventCode, logEvents } from "./events.ts";
import { type Log, type LogFields, logOver } from "./log.ts";
import { type PeerAddressForm, redactFields } from "./log-text.ts";

/** One event as somebody sees it who follows what happens. */
export interface FedEvent {
  /** Grows by one each time, from 1 at the start of the gateway. */
  readonly id: number;
  readonly atMs: number;
  readonly level: "info" | "warn" | "error";
  readonly code: LogEventCode;
  readonly text: string;
  readonly fields: LogFields;
}

export interface EventFeedOptions {
  /** How many of the last events are kept for those who come back. */
  readonly kept: number;
  readonly followers: number;
  readonly peerAddresses: PeerAddressForm;
  readonly nowMs: () => number;
}

interface Follower {
  readonly event: (event: FedEvent) => void;
  readonly end: () => void;
}

/** What is worth a line of the log, as it happens, for those who follow it. */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #kept: FedEvent[] = [];
  readonly #followers = new Set<Follower>();
  #lastId = 0;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  publish(code: LogEventCode, fields: LogFields): void {
    const { level, text } = logEvents[code];
    if (level === "debug") return;
    this.#lastId += 1;
    const redacted = redactFields(fields, this.#options.peerAddresses);
    const event = { id: this.#lastId, atMs: this.#options.nowMs(), level, code, text, fields: redacted };
    this.#kept.push(event);
    if (this.#kept.length > this.#options.kept) this.#kept.shift();
    for (const follower of this.#followers) follower.event(event);
  }

  /** Those that are kept, after the one with this id. */
  since(id: number): readonly FedEvent[] {
    // An id of an earlier run of the gateway: the counting began anew.
    return id > this.#lastId ? [...this.#kept] : this.#kept.filter((event) => event.id > id);
  }

  get lastId(): number {
    return this.#lastId;
  }

  get followers(): number {
    return this.#followers.size;
  }

  /** Tells `follower` every event from now on; returns what ends that, or `undefined` when too many follow already. */
  follow(follower: Follower): (() => void) | undefined {
    if (this.#followers.size >= this.#options.followers) return undefined;
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Sends all followers away. */
  end(): void {
    for (const follower of this.#followers) follower.end();
  }
}

/** A log whose events are fed as well. */
export function feedingLog(log: Log, feed: EventFeed): Log {
  return logOver((code, fields) => {
    feed.publish(code, fields);
    log.event(code, fields);
  });
}
