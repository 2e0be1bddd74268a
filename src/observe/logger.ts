// SPDX-License-Identifier: Apache-2.0
import { pino } from "pino";
import { type LogEventCode, logEvents } from "./events.ts";
import { type Log, type LogFields, logOver } from "./log.ts";
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
  return logOver((code, fields) => {
    if (ranks[logEvents[code].level] < ranks[options.level]) return;
    try {
      write(code, redactFields(fields, options.peerAddresses));
    } catch {
      // There is nowhere left to say that the log cannot be written.
    }
  });
}

type Writer = (code: LogEventCode, fields: LogFields) => void;

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
