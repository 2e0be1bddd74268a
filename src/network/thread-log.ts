// SPDX-License-Identifier: Apache-2.0
import type { AskPort } from "../base/ask-port.ts";
import { type Log, logOver } from "../observe/log.ts";
import type { ThreadEvent, ToGateway } from "./thread-messages.ts";

/** The log of a network thread: events of one turn of the event loop go to the gateway together, in their order. */
export class ThreadLog {
  readonly log: Log;
  readonly #asking: Pick<AskPort<ToGateway, unknown>, "tell">;
  #events: ThreadEvent[] = [];

  constructor(asking: Pick<AskPort<ToGateway, unknown>, "tell">) {
    this.#asking = asking;
    this.log = logOver((code, fields) => {
      if (this.#events.length === 0) setImmediate(() => this.flush());
      this.#events.push([code, fields]);
    });
  }

  /** Sends what has gathered. */
  flush(): void {
    if (this.#events.length === 0) return;
    this.#asking.tell({ kind: "events", events: this.#events });
    this.#events = [];
  }
}
