// SPDX-License-Identifier: Apache-2.0
import type { LogEventCode } from "../events.ts";
import { type Log, type LogFields, logOver } from "../log.ts";
import { bytesOf, isKeptEvent, keptEvents, LiveSessions } from "./live-sessions.ts";
import { Origins } from "./origins.ts";
import { Refusals, type RefusedThing } from "./refusals.ts";

export interface TrafficOptions {
  readonly nowMs: () => number;
  readonly refusals: { readonly most: number; readonly mostCharacters: number };
  readonly origins: { readonly perMailbox: number; readonly mailboxes: number };
}

/** Refusals that no session describes better by itself. */
const refusedEvents: ReadonlySet<LogEventCode> = new Set([
  "pop3/refused",
  "pop3-proxy/refused",
  "proxy/denied",
  "listen/connection-refused",
]);

/**
 * What goes on and who was refused, for an administrator who asks why a message is not there. In memory alone and
 * bounded: it names peers and addresses, which no file may (I4).
 */
export class Traffic {
  readonly sessions: LiveSessions;
  readonly refusals: Refusals;
  readonly origins: Origins;
  readonly sinceMs: number;
  readonly #nowMs: () => number;

  constructor({ nowMs, refusals, origins }: TrafficOptions) {
    this.#nowMs = nowMs;
    this.sinceMs = nowMs();
    this.sessions = new LiveSessions(nowMs);
    this.refusals = new Refusals({ ...refusals, nowMs });
    this.origins = new Origins(origins);
  }

  /** A session refused something and knows for whom it was. */
  refused(thing: RefusedThing): void {
    this.refusals.add(thing);
  }

  /** `fields`: with those that the log carries. */
  event(code: LogEventCode, fields: LogFields): void {
    this.sessions.event(code, fields);
    const mailbox = textOf(fields["mailbox"]);
    if (isKeptEvent(code) && mailbox !== undefined) {
      const { peer = textOf(fields["peer"]) ?? "", tls } = this.sessions.find(textOf(fields["connection"]) ?? "") ?? {};
      this.origins.add(mailbox, { source: keptEvents[code], peer, tls, bytes: bytesOf(fields) }, this.#nowMs());
    }
    if (refusedEvents.has(code)) {
      const cause = textOf(fields["cause"]) ?? code;
      const peer = textOf(fields["peer"]) ?? "";
      this.refusals.add({ cause, reply: undefined, peer, hello: undefined, recipient: undefined, mailbox });
    }
  }
}

/** A log that tells the traffic of its events. */
export function watchedLog(log: Log, traffic: Pick<Traffic, "event">): Log {
  return logOver((code, fields) => {
    traffic.event(code, fields);
    log.event(code, fields);
  });
}

function textOf(value: LogFields[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}
