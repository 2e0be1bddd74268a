// SPDX-License-Identifier: Apache-2.0
import { pino } from "pino";
import { type LogEventCode, logEvents } from "./events.ts";
import type { Log, LogFields } from "./log.ts";
import { escapeControls, formatFields, type PeerAddressForm, redactFields } from "./log-text.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `text`: one line an event, for people; `json`: one object a line, for programs. */
  readonly format: "text" | "json";
  /** How addresses of peers are written. */
  readonly peerAddresses: PeerAddressForm;
  /** Takes one line, its line feed included. */
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * A log that writes lines. What a peer sent is escaped, so that it cannot write lines of its own. Reporting an event
 * never throws: a log that cannot be written must not cost a message.
 */
export function createLog(options: LoggerOptions): Log {
  const write = options.format === "json" ? jsonWriter(options) : textWriter(options);
  return logWith(options, write, {});
}

type Writer = (code: LogEventCode, fields: LogFields) => void;

function logWith(options: LoggerOptions, write: Writer, carried: LogFields): Log {
  return {
    event: (code, fields) => {
      if (ranks[logEvents[code].level] < ranks[options.level]) return;
      try {
        write(code, redactFields({ ...carried, ...fields }, options.peerAddresses));
      } catch {
        // There is nowhere left to say that the log cannot be written.
      }
    },
    with: (fields) => logWith(options, write, { ...carried, ...fields }),
  };
}

function jsonWriter(options: LoggerOptions): Writer {
  const logger = pino(
    {
      level: "debug",
      base: null,
      timestamp: () => `,"time":"${new Date(options.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "text",
    },
    { write: (line) => options.write(`${escapeControls(line.trimEnd())}\n`) },
  );
  return (code, fields) => logger[logEvents[code].level]({ code, ...fields }, logEvents[code].text);
}

function textWriter(options: LoggerOptions): Writer {
  return (code, fields) => {
    const { level, text } = logEvents[code];
    const time = new Date(options.nowMs()).toISOString();
    options.write(`${time} ${level.padEnd(5)} ${code}: ${text}${formatFields(fields)}\n`);
  };
}
