// SPDX-License-Identifier: Apache-2.0
import { isIPv4, isIPv6 } from "node:net";
import { type LogEventCode, logEvents } from "./events.ts";
import type { Log, LogFields } from "./log.ts";

export interface StreamLogSettings {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly format: "text" | "json";
  /** How fields named `peer` are written. */
  readonly peerAddresses: "full" | "truncated" | "none";
}

const ranks = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** The log of a running gateway: one line an event, written as it happens. */
export function createStreamLog(settings: StreamLogSettings, stream: { write(line: string): unknown }): Log {
  const format = settings.format === "json" ? formatJson : formatText;

  function logWith(carried: LogFields): Log {
    return {
      event(code, fields) {
        if (ranks[logEvents[code].level] < ranks[settings.level]) return;
        stream.write(format(code, withPeer({ ...carried, ...fields }, settings.peerAddresses), new Date()));
      },
      with: (fields) => logWith({ ...carried, ...fields }),
    };
  }

  return logWith({});
}

function formatJson(code: LogEventCode, fields: LogFields, at: Date): string {
  const { level, text } = logEvents[code];
  return `${JSON.stringify({ at: at.toISOString(), level, code, text, ...fields })}\n`;
}

function formatText(code: LogEventCode, fields: LogFields, at: Date): string {
  const { level, text } = logEvents[code];
  const shown = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(value)}`],
  );
  return `${[at.toISOString(), level, code, ...shown, `(${text})`].join(" ")}\n`;
}

/** A peer's words must not look like fields or lines of ours, and must not command the reader's terminal. */
function quote(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  if (/^[\w./:@+-]+$/.test(value)) return value;
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

function withPeer(fields: LogFields, how: StreamLogSettings["peerAddresses"]): LogFields {
  const { peer, ...others } = fields;
  if (how === "full" || typeof peer !== "string") return fields;
  return how === "none" ? others : { ...others, peer: truncateAddress(peer) };
}

/** The network of a peer: 24 bits of IPv4, 48 of IPv6. */
export function truncateAddress(address: string): string {
  const mapped = address.replace(/^::ffff:(?=[0-9.]+$)/i, "");
  if (isIPv4(mapped)) return `${mapped.split(".").slice(0, 3).join(".")}.0/24`;
  if (!isIPv6(mapped)) return "?";
  const [head = ""] = mapped.split("::", 1);
  const groups = [...head.split(":").filter((group) => group !== ""), "0", "0", "0"].slice(0, 3);
  return `${groups.join(":")}::/48`;
}
