// SPDX-License-Identifier: Apache-2.0
import type { LogEventCode } from "./events.ts";

/** Values that may stand in a log event. Bytes, passwords and protocol lines have no place there. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>> & {
  /** The name of the event's own code. */
  readonly code?: never;
};

/** Where a stage reports what happened. One event, one code of the catalogue; the text belongs to the catalogue. */
export interface Log {
  event(code: LogEventCode, fields?: LogFields): void;
  /** The same log with fields that every event carries (session number, peer). */
  with(fields: LogFields): Log;
}

/** A log whose events, with the fields that it carries, go to `report`. A session has one: it is small. */
export function logOver(report: (code: LogEventCode, fields: LogFields) => void): Log {
  return new CarryingLog(report, {});
}

class CarryingLog implements Log {
  readonly #report: (code: LogEventCode, fields: LogFields) => void;
  readonly #carried: LogFields;

  constructor(report: (code: LogEventCode, fields: LogFields) => void, carried: LogFields) {
    this.#report = report;
    this.#carried = carried;
  }

  event(code: LogEventCode, fields?: LogFields): void {
    this.#report(code, { ...this.#carried, ...fields });
  }

  with(fields: LogFields): Log {
    return new CarryingLog(this.#report, { ...this.#carried, ...fields });
  }
}

export const silentLog: Log = {
  event: () => undefined,
  with: () => silentLog,
};
