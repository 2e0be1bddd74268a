// SPDX-License-Identifier: Apache-2.0
import { isIPv4, isIPv6 } from "node:net";
import { pino } from "pino";
import { type LogEventCode, logEvents } from "./events.ts";
import type { Log, LogFields } from "./log.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `text`: one line an event, for people; `json`: one object a line, for programs. */
  readonly format: "text" | "json";
  /** How addresses of peers are written. */
  readonly peerAddresses: "full" | "truncated" | "none";
  /** Takes one line, its line feed included. */
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that writes lines. What a peer sent is escaped, so that it cannot write lines of its own. */
export function createLog(options: LoggerOptions): Log {
  const write = options.format === "json" ? jsonWriter(options) : textWriter(options);
  return logWith(options, write, {});
}

type Writer = (code: LogEventCode, fields: LogFields) => void;

function logWith(options: LoggerOptions, write: Writer, carried: LogFields): Log {
  return {
    event: (code, fields) => {
      if (ranks[logEvents[code].level] < ranks[options.level]) return;
      write(code, redactPeer({ ...carried, ...fields }, options.peerAddresses));
    },
    with: (fields) => logWith(options, write, { ...carried, ...fields }),
  };
}

function jsonWriter(options: LoggerOptions): Writer {
  const logger = pino(
    { level: "debug", base: null, timestamp: () => `,"time":"${new Date(options.nowMs()).toISOString()}"` },
    { write: options.write },
  );
  return (code, fields) => logger[logEvents[code].level]({ code, ...fields }, logEvents[code].text);
}

function textWriter(options: LoggerOptions): Writer {
  return (code, fields) => {
    const { level, text } = logEvents[code];
    let line = `${new Date(options.nowMs()).toISOString()} ${level.padEnd(5)} ${code}: ${text}`;
    for (const [name, value] of Object.entries(fields))
      if (value !== undefined) line += ` ${name}=${typeof value === "string" ? quoted(value) : value}`;
    options.write(`${line}\n`);
  };
}

/** Plain words stay plain; everything else is quoted with control characters escaped. */
function quoted(value: string): string {
  return /^[\w.:@/+-]+$/.test(value) ? value : JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g, "?");
}

function redactPeer(fields: LogFields, how: LoggerOptions["peerAddresses"]): LogFields {
  const peer = fields["peer"];
  if (how === "full" || typeof peer !== "string") return fields;
  return { ...fields, peer: how === "none" ? undefined : truncateAddress(peer) };
}

/** The first 24 bits of IPv4, 48 of IPv6: where a peer is, not who. */
export function truncateAddress(address: string): string {
  if (isIPv4(address)) return `${address.split(".").slice(0, 3).join(".")}.0`;
  if (!isIPv6(address)) return "unknown";
  const [head = ""] = address.split("::");
  return `${head.split(":").slice(0, 3).join(":")}::`;
}
