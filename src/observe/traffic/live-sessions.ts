// SPDX-License-Identifier: Apache-2.0
import type { LogEventCode } from "../events.ts";
import type { LogFields } from "../log.ts";

/** A mail conversation that is going on. */
export interface LiveSession {
  /** The number of the connection, as the log has it. */
  readonly id: string;
  readonly peer: string;
  /** Ours, by which the service is known. */
  readonly port: number;
  readonly sinceMs: number;
  /** The version; `undefined` while it is unencrypted. */
  tls: string | undefined;
  /** The last one that it was about. */
  mailbox: string | undefined;
  /** The server behind the proxy. */
  target: string | undefined;
  /** Kept or recorded. */
  messages: number;
  /** Octets of their content. */
  bytes: number;
}

/** Something was kept or recorded by one of these. */
export const keptEvents = {
  "smtp/kept": "journal",
  "proxy/sent": "smtp-proxy",
  "proxy/unknown": "smtp-proxy",
  "pop3-proxy/recorded": "pop3-proxy",
} as const satisfies Partial<Record<LogEventCode, string>>;

export function isKeptEvent(code: LogEventCode): code is keyof typeof keptEvents {
  return Object.hasOwn(keptEvents, code);
}

/** The sessions of this moment, as their events tell of them. Those of the listeners' limits are all there are. */
export class LiveSessions {
  readonly #sessions = new Map<string, LiveSession>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `fields`: with those that the log of the session carries. */
  event(code: LogEventCode, fields: LogFields): void {
    const id = text(fields["connection"]);
    if (id === undefined) return;
    if (code === "session/opened") this.#open(id, fields);
    else if (code === "session/closed") this.#sessions.delete(id);
    else this.#learn(this.#sessions.get(id), code, fields);
  }

  find(id: string): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  /** The longest one first. */
  list(): readonly Readonly<LiveSession>[] {
    return [...this.#sessions.values()];
  }

  #open(id: string, fields: LogFields): void {
    this.#sessions.set(id, {
      id,
      peer: text(fields["peer"]) ?? "",
      port: Number(fields["port"] ?? 0),
      sinceMs: this.#nowMs(),
      tls: text(fields["tls"]),
      mailbox: undefined,
      target: undefined,
      messages: 0,
      bytes: 0,
    });
  }

  #learn(session: LiveSession | undefined, code: LogEventCode, fields: LogFields): void {
    if (session === undefined) return;
    session.mailbox = text(fields["mailbox"]) ?? session.mailbox;
    if (code === "session/encrypted") session.tls = text(fields["tls"]);
    if (code === "proxy/signed-in") session.target = text(fields["upstream"]);
    if (!isKeptEvent(code)) return;
    session.messages += 1;
    session.bytes += bytesOf(fields);
  }
}

/** Octets of the content that an event is about. */
export function bytesOf(fields: LogFields): number {
  const bytes = fields["contentBytes"];
  return typeof bytes === "number" ? bytes : 0;
}

function text(value: LogFields[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}
