// SPDX-License-Identifier: Apache-2.0

import type { LogEventCode } from "../../src/observe/events.ts";
import type { Log, LogFields } from "../../src/observe/log.ts";

/** A log that keeps what was reported, to look at afterwards. */
export class EventList implements Log {
  readonly events: { readonly code: LogEventCode; readonly fields: LogFields }[];
  readonly #fields: LogFields;

  constructor(events: EventList["events"] = [], fields: LogFields = {}) {
    this.events = events;
    this.#fields = fields;
  }

  event(code: LogEventCode, fields: LogFields = {}): void {
    this.events.push({ code, fields: { ...this.#fields, ...fields } });
  }

  with(fields: LogFields): Log {
    return new EventList(this.events, { ...this.#fields, ...fields });
  }

  /** The fields of every event with this code. */
  of(code: LogEventCode): readonly LogFields[] {
    return this.events.filter((event) => event.code === code).map(({ fields }) => fields);
  }
}
