// SPDX-License-Identifier: Apache-2.0
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { type Answer, type FromStoreThread, type ToStoreThread, tokensPerClient } from "../thread-messages.ts";

/** What only the thread that started this one is told: it keeps the log. */
const forTheFirst: ReadonlySet<FromStoreThread["kind"]> = new Set([
  "ready",
  "damaged",
  "row-damaged",
  "leftover",
  "compacted",
]);

/** The threads that work in the store, each by a port of its own. The first one started this thread and outlives the others. */
export class Clients {
  readonly #ports = new Map<number, MessagePort>();
  readonly #take: (message: ToStoreThread, client: number) => void;

  constructor(first: MessagePort, take: (message: ToStoreThread, client: number) => void) {
    this.#take = take;
    this.#ports.set(0, first);
    first.on("message", (message: ToStoreThread) => take(message, 0));
  }

  /** `gone`: nothing comes from it any more. What it had sent before has come. */
  add(client: number, port: MessagePort, gone: () => void): void {
    this.#ports.set(client, port);
    port.on("message", (message: ToStoreThread) => this.#take(message, client));
    port.once("close", () => {
      this.#ports.delete(client);
      gone();
    });
  }

  /** Takes what has come meanwhile, without waiting for the event loop. */
  drain(): void {
    for (const [client, port] of this.#ports) {
      let queued = receiveMessageOnPort(port);
      while (queued !== undefined) {
        this.#take(queued.message, client);
        queued = receiveMessageOnPort(port);
      }
    }
  }

  /** Each answer goes to whoever asked; that of one who has gone goes nowhere. */
  answer(answers: readonly Answer[]): void {
    if (this.#ports.size === 1) {
      this.post(0, { kind: "answers", answers });
      return;
    }
    for (const [client, mine] of Map.groupBy(answers, ({ token }) => Math.floor(token / tokensPerClient)))
      this.post(client, { kind: "answers", answers: mine });
  }

  tell(message: FromStoreThread): void {
    if (forTheFirst.has(message.kind)) this.post(0, message);
    else for (const client of this.#ports.keys()) this.post(client, message);
  }

  post(client: number, message: FromStoreThread): void {
    this.#ports.get(client)?.postMessage(message, []);
  }

  close(client: number): void {
    this.#ports.get(client)?.close();
  }
}
