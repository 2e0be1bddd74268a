// SPDX-License-Identifier: Apache-2.0
import type { Log } from "../observe/log.ts";
import type { Pop3Recorder, Recording } from "./pop3-recorder.ts";
import { MessageNumbers, UniqueIds } from "./upstream-messages.ts";

/** The messages of one proxy session: which are recorded, which is being recorded, which are marked as deleted. */
export class PassingMessages {
  readonly uniqueIds = new UniqueIds();
  readonly #recorder: Pop3Recorder;
  readonly #log: Log;
  /** In a record, as far as this session knows. */
  readonly #recorded = new MessageNumbers();
  /** Unique-ids of messages marked as deleted. */
  readonly #marked = new Set<string>();
  readonly #counts = { recorded: 0, recordedBefore: 0, marked: 0 };
  #recording: Recording | undefined;
  #upstreamKnowsUniqueIds = true;

  constructor(recorder: Pop3Recorder, log: Log) {
    this.#recorder = recorder;
    this.#log = log;
  }

  get counts(): Readonly<Record<"recorded" | "recordedBefore" | "marked", number>> {
    return this.#counts;
  }

  /** Whether a message could be recorded now. */
  get areRecordable(): boolean {
    return this.#recorder.isReady;
  }

  /** Without its unique-id a message is recorded at every passage; so it is worth a question, if the upstream can answer. */
  lacksUniqueId(message: number): boolean {
    return this.#upstreamKnowsUniqueIds && this.uniqueIds.get(message) === undefined;
  }

  /** Whether a message passed in this session. */
  isRecorded(message: number): boolean {
    return this.#recorded.has(message);
  }

  /** Whether it is in a record of an earlier session. A look-up that fails makes it be fetched and recorded again. */
  async wasRecordedBefore(message: number): Promise<boolean> {
    const uniqueId = this.uniqueIds.get(message);
    if (uniqueId === undefined || !(await this.#recorder.knows(uniqueId).catch(() => false))) return false;
    this.#recorded.add(message);
    return true;
  }

  /** The upstream begins to send a message. Throws the errors of `Pop3Recorder.begin`. */
  start(message: number): void {
    const uniqueId = this.uniqueIds.get(message);
    // The upstream has this message and did not answer UIDL: it will not for the next one.
    if (uniqueId === undefined) this.#upstreamKnowsUniqueIds = false;
    this.#recording = this.#recorder.begin(uniqueId);
  }

  /** Takes content, as `Recording.write`. */
  write(content: readonly Buffer[]): Promise<void> | undefined {
    return this.#recording?.write(content);
  }

  /** Durable when it resolves (I1). The next message may begin meanwhile. */
  async finish(message: number): Promise<void> {
    const recording = this.#recording;
    this.#recording = undefined;
    const recorded = await recording?.finish();
    if (recorded === undefined) return;
    this.#recorded.add(message);
    if (recorded.kind === "recorded") {
      this.#counts.recorded += 1;
      const { uniqueId, contentBytes } = recorded;
      this.#log.event("pop3-proxy/recorded", { uniqueId, contentBytes });
    } else {
      this.#counts.recordedBefore += 1;
      this.#log.event("pop3-proxy/recorded-before");
    }
  }

  /** The upstream has marked a message as deleted. */
  mark(message: number): void {
    this.#counts.marked += 1;
    const uniqueId = this.uniqueIds.get(message);
    if (uniqueId !== undefined) this.#marked.add(uniqueId);
  }

  unmarkAll(): void {
    this.#counts.marked = 0;
    this.#marked.clear();
  }

  /** The upstream has removed what was marked: nobody will ask for it again. */
  forgetMarked(): void {
    this.#recorder.forget([...this.#marked]);
  }

  async abort(): Promise<void> {
    await this.#recording?.abort();
  }
}
