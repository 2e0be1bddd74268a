// SPDX-License-Identifier: Apache-2.0
import { MessageChannel, Worker } from "node:worker_threads";
import { AskPort, type QuestionPort } from "../base/ask-port.ts";
import { describeError, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../observe/log.ts";
import type { Store } from "../store/contract.ts";
import { threadFile } from "../store/thread-file.ts";
import type { MailPort, MailService } from "./mail-services.ts";
import type { LocalState } from "./shared-state.ts";
import { StateDesk } from "./state-desk.ts";
import type { NetworkThreadOptions, ToGateway, ToNetworkThread } from "./thread-messages.ts";

/** What a thread is started with beside what the handle makes for it. */
export type ThreadStart = Omit<NetworkThreadOptions, "store" | "asks" | "told" | "loginKey">;

export interface ThreadHandleParts {
  readonly store: Pick<Store, "share">;
  readonly state: LocalState;
  readonly log: Log;
  /** Where it counts what it holds in memory. */
  readonly place: number;
  readonly loginTook: (ms: number) => void;
}

/** The gateway's hand on one network thread. */
export class ThreadHandle {
  readonly number: number;
  /** Resolves, with what ended it, when nothing of the thread is left. */
  readonly ended: Promise<string>;
  readonly #worker: Worker;
  readonly #asking: AskPort<ToNetworkThread, unknown>;

  constructor(start: ThreadStart, { store, state, log, place, loginTook }: ThreadHandleParts) {
    const asks: { readonly port1: QuestionPort<ToGateway>; readonly port2: QuestionPort<ToGateway> } =
      new MessageChannel();
    const told: { readonly port1: QuestionPort<ToNetworkThread>; readonly port2: QuestionPort<ToNetworkThread> } =
      new MessageChannel();
    const { share, handOver, leave } = store.share(place);
    this.number = start.number;
    this.#asking = new AskPort(told.port1);
    const desk = new StateDesk(asks.port1, { state, log, loginTook });
    const workerData = {
      ...start,
      store: share,
      loginKey: state.logins.key,
      asks: asks.port2,
      told: told.port2,
    } satisfies NetworkThreadOptions;
    const transferList = [...handOver, asks.port2, told.port2];
    this.#worker = new Worker(threadFile("network-thread", import.meta.url), { workerData, transferList });
    this.ended = new Promise((resolve) => {
      let fault: string | undefined;
      this.#worker.on("error", (error) => {
        fault = describeError(error);
      });
      this.#worker.once("exit", (code) => {
        desk.end();
        leave();
        resolve(fault ?? `it ended with ${code}`);
      });
    });
  }

  /** Throws `listen/address-in-use`, `listen/cannot-bind` and `gateway/thread-ended`. */
  async listen(service: MailService, address: { host: string | undefined; port: number }): Promise<MailPort> {
    const opened = await this.#asking.ask({ kind: "listen", service, address });
    if (!isMailPort(opened)) throw new PosternError("gateway/thread-ended", "no port");
    return { ...opened, service };
  }

  tell(what: ToNetworkThread): void {
    this.#asking.tell(what);
  }

  /** Resolves when the thread has taken it, when it has ended, or when it does not answer. */
  async taken(what: ToNetworkThread): Promise<void> {
    await within(this.#asking.ask(what), limits.networkThreadAnswerMs);
  }

  /** Lets its sessions end, then ends it. */
  async close(drainMs: number): Promise<void> {
    await within(this.#asking.ask({ kind: "close", drainMs }), drainMs + limits.networkThreadAnswerMs);
    const late = setTimeout(() => void this.terminate(), limits.networkThreadAnswerMs);
    await this.ended;
    clearTimeout(late);
  }

  /** Ends it in the middle of whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

async function within(answer: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([answer.catch(() => undefined), late]);
  clearTimeout(timer);
}

function isMailPort(value: unknown): value is { readonly host: string; readonly port: number } {
  return typeof value === "object" && value !== null && "host" in value && "port" in value;
}
