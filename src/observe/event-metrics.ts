// SPDX-License-Identifier: Apache-2.0
import { type LogEventCode, logEvents } from "./events.ts";
import { type Log, type LogFields, logOver } from "./log.ts";
import type { MetricsRegistry } from "./metrics.ts";

/** Their causes are words of ours, a few of them. */
const countedByCause: ReadonlySet<LogEventCode> = new Set([
  "smtp/refused",
  "pop3/refused",
  "pop3-proxy/refused",
  "proxy/denied",
  "proxy/upstream-failed",
]);

/**
 * A log that counts every event on its way: what is worth a line is worth a number, and no stage has to do both.
 * Refusals are counted by cause as well; causes are words of ours.
 */
export function countingLog(log: Log, registry: MetricsRegistry): Log {
  const events = registry.counter("postern_events_total", "Events, by code of the log catalogue.");
  const refusals = registry.counter("postern_refusals_total", "Refused commands and sign-ins, by cause.");
  const removed = registry.counter("postern_messages_removed_total", "Messages removed by pullers.");
  // Every series exists from the start, so that a rate over the first event is right.
  for (const code of Object.keys(logEvents)) events.add(0, { event: code });

  const count = (code: LogEventCode, fields: LogFields): void => {
    events.add(1, { event: code });
    if (countedByCause.has(code)) {
      refusals.add(1, { event: code, cause: String(fields["cause"] ?? "unknown") });
    }
    if (code === "pop3/updated" && typeof fields["removed"] === "number") removed.add(fields["removed"]);
  };
  return logOver((code, fields) => {
    count(code, fields);
    log.event(code, fields);
  });
}
