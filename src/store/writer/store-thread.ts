// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, statfsSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { describeError, PosternError } from "../../base/errors.ts";
import { giveBack } from "../../base/give-back.ts";
import { type DataDirectory, dataDirectory } from "../data-directory.ts";
import { readEpochs } from "../epochs.ts";
import { namingTheIndex, refuseDamagedLog } from "../lost-index.ts";
import { readMailboxes } from "../mailbox-rows.ts";
import { recordHeaderBytes } from "../record.ts";
import { type RecoveryReport, recover } from "../recovery.ts";
import type { Answer, FromStoreThread, StoreThreadOptions, ToStoreThread } from "../thread-messages.ts";
import { Belongings } from "./belongings.ts";
import { Clients } from "./clients.ts";
import { CopiesLook } from "./copies-look.ts";
import { FaultPlan, withFaults } from "./faults.ts";
import { diskFiles, type Files, probeDisk } from "./files.ts";
import { commitGroup, failedAnswers, isNoSpace, type ReadyRequest, takeGroup } from "./group.ts";
import { IndexConnection } from "./index-connection.ts";
import { LargeFiles } from "./large-files.ts";
import { MailboxCopies } from "./mailbox-copies.ts";
import { type KeepingParts, SegmentKeeper } from "./segment-keeper.ts";
import { nextSegmentNumber, SegmentWriter } from "./segment-writer.ts";

const housekeepingMs = 1000;
/** Between two slices of a compaction, so that deposits go first. */
const compactionPauseMs = 50;

/**
 * The store thread: everything that is written goes through here, in groups. While one group is being synced the next
 * one gathers in the port's queue.
 */
class StoreThread {
  readonly #clients: Clients;
  readonly #belongings = new Belongings();
  readonly #options: StoreThreadOptions;
  readonly #directory: DataDirectory;
  readonly #files: Files;
  readonly #faults: FaultPlan;
  readonly #connection: IndexConnection;
  readonly #segments: SegmentWriter;
  readonly #large: LargeFiles;
  readonly #copies: MailboxCopies;
  readonly #copiesLook: CopiesLook;
  readonly #housekeeping: NodeJS.Timeout;
  #ready: ReadyRequest[] = [];
  #buffers: ArrayBuffer[] = [];
  #scheduled = false;
  #finishing = 0;
  #stopping = false;
  readonly #leaving = new Set<number>();
  #failing = false;
  /** Verdicts on offered messages that a failed commit has lost: written when the disk is well again. */
  #unsettled: ReadyRequest[] = [];
  readonly #keeper = new SegmentKeeper((told) => this.#clients.tell(told));

  private constructor(port: MessagePort, options: StoreThreadOptions) {
    this.#options = options;
    this.#directory = dataDirectory(options.root);
    this.#faults = new FaultPlan(options.faults);
    this.#files = withFaults(diskFiles, this.#faults);
    for (const folder of [this.#directory.segments, this.#directory.large])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#files.syncDirectory(this.#directory.root);
    refuseDamagedLog(this.#directory);
    this.#connection = new IndexConnection(this.#directory, options);
    const { index, writer, epochs } = this.#connection;
    const report = recover(index, this.#directory, { writer, atMs: options.startedAtMs });
    this.#segments = new SegmentWriter(this.#files, this.#directory, {
      segmentBytes: options.segmentBytes,
      nextNumber: nextSegmentNumber(this.#directory, writer.segments),
    });
    this.#large = new LargeFiles(this.#files, this.#directory, epochs);
    this.#copies = new MailboxCopies(this.#directory, (told) => this.#clients.tell(told));
    this.#copiesLook = new CopiesLook({
      copies: this.#copies,
      index: () => (this.#failing || !this.#connection.index.isOpen ? undefined : this.#connection.index),
      failed: (error) => this.#tellFailing(error),
    });
    this.#clients = new Clients(port, (message, client) => this.#take(message, client));
    this.#housekeeping = setInterval(() => this.#keepHouse(), housekeepingMs);
    this.#tellReady(report);
    this.#copiesLook.goOn();
  }

  /** Lives from here on by what the port says. */
  static run(port: MessagePort, options: StoreThreadOptions): void {
    void new StoreThread(port, options);
  }

  #tellReady(report: RecoveryReport): void {
    const { index, epoch, lastSequence } = this.#connection;
    this.#clients.tell({
      kind: "ready",
      report,
      epochs: [...readEpochs(index), epoch],
      lastSequence,
      mailboxes: readMailboxes(index),
      freeBytes: this.#freeBytes(),
    });
  }

  #take(message: ToStoreThread, client: number): void {
    switch (message.kind) {
      case "batch":
        this.#takeBatch(message);
        break;
      case "large-open":
        this.#large.open(message.sequence);
        this.#belongings.opened(client, message.sequence);
        break;
      case "large-write":
        void this.#writeLarge(message, client);
        break;
      case "large-discard":
        this.#belongings.closed(client, message.sequence);
        void this.#large.discard(message.sequence);
        break;
      case "join":
        this.#join(message);
        break;
      case "stop":
        if (client === 0) this.#stopping = true;
        else this.#leaving.add(client);
        this.#stopWhenDone();
        break;
    }
  }

  #join({ client, port }: Extract<ToStoreThread, { readonly kind: "join" }>): void {
    this.#clients.add(client, port, () => {
      this.#leaving.delete(client);
      const { files, settlements } = this.#belongings.of(client, Date.now());
      for (const sequence of files) void this.#large.discard(sequence);
      for (const request of settlements) this.#ready.push({ request });
      if (settlements.length > 0) this.#schedule();
    });
    this.#clients.post(client, { kind: "free-space", freeBytes: this.#freeBytes() });
    if (this.#failing) this.#clients.post(client, { kind: "health", failing: true, full: false, detail: "" });
  }

  #takeBatch({ requests, payload }: Extract<ToStoreThread, { readonly kind: "batch" }>): void {
    if (payload !== undefined) this.#buffers.push(payload.buffer);
    for (const request of requests) {
      if (request.kind !== "deposit") this.#ready.push({ request });
      else if (request.recordAt === undefined || payload === undefined) void this.#finishLarge(request);
      else {
        const bytes = recordHeaderBytes + request.sealedBytes;
        this.#ready.push({ request, record: Buffer.from(payload.buffer, request.recordAt, bytes) });
      }
    }
    this.#schedule();
  }

  async #writeLarge(
    { sequence, windows }: Extract<ToStoreThread, { readonly kind: "large-write" }>,
    client: number,
  ): Promise<void> {
    const pieces = windows.map((window) => Buffer.from(window));
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    let failed = false;
    try {
      await this.#large.write(sequence, pieces, bytes);
    } catch (error) {
      failed = true;
      this.#tellFailing(error);
    }
    for (const piece of pieces) giveBack(piece);
    this.#clients.post(client, { kind: "large-window", sequence, bytes, failed });
  }

  /** A large message joins a group when its file and its name are synced. */
  async #finishLarge(request: ReadyRequest["request"] & { readonly kind: "deposit" }): Promise<void> {
    this.#finishing += 1;
    this.#belongings.finished(request);
    try {
      const trailer = request.trailer ?? new Uint8Array(0);
      this.#ready.push({ request, largeSha256: await this.#large.finish(request.sequence, trailer) });
      this.#schedule();
    } catch (error) {
      this.#tellFailing(error);
      this.#answer(failedAnswers([{ request }], error));
    } finally {
      this.#finishing -= 1;
      this.#stopWhenDone();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      // What came while the last group was synced joins this one.
      this.#clients.drain();
      this.#commit();
      if (this.#ready.length > 0) this.#schedule();
      this.#stopWhenDone();
    });
  }

  #commit(): void {
    const group = takeGroup(this.#ready);
    if (group.length === 0) return;
    if (!this.#connection.isTrusted) {
      this.#refuse(group, new PosternError("store/failing", "the index waits for the disk"));
      return;
    }
    try {
      this.#faults.pass("index-commit");
      const { answers, unlinkLarge, changedMailboxes } = commitGroup(group, {
        index: this.#connection.index,
        writer: this.#connection.writer,
        segments: this.#segments,
      });
      this.#faults.pass("index-committed");
      this.#belongings.committed(group);
      for (const sequence of unlinkLarge) this.#large.unlink(sequence);
      this.#answer(answers);
      this.#keeper.dropDead(this.#keeping);
      const failed = this.#copies.follow(this.#connection.index, changedMailboxes);
      if (failed !== undefined) this.#tellFailing(failed);
    } catch (error) {
      // Files of large messages stay: the rows may be on the disk although COMMIT failed. The next start tells, and
      // sweeps those that nothing points to.
      this.#tellFailing(error);
      this.#refuse(group, error);
      this.#reopenIndex();
    }
  }

  /** Whoever waits is told. What nobody will ask for again, and would stay invisible until the next start, is kept. */
  #refuse(group: readonly ReadyRequest[], error: unknown): void {
    for (const { request } of group)
      if (request.kind === "settle" || request.kind === "withdraw") this.#unsettled.push({ request, isAgain: true });
    this.#answer(failedAnswers(group, error));
  }

  #answer(answers: readonly Answer[]): void {
    // Memory goes back when no record in it waits any more.
    if (this.#ready.length === 0) for (const buffer of this.#buffers.splice(0)) giveBack(Buffer.from(buffer));
    this.#clients.answer(answers);
  }

  #reopenIndex(): void {
    try {
      this.#connection.reopen();
    } catch (error) {
      this.#tellFailing(error);
    }
  }

  #keepHouse(): void {
    try {
      this.#clients.tell({ kind: "free-space", freeBytes: this.#freeBytes() });
      if (this.#failing) this.#tryAgain();
      else if (this.#ready.length === 0) {
        this.#keeper.closeUnwanted(this.#keeping);
        this.#compactWhenIdle();
      }
    } catch (error) {
      // The thread must outlive a disk that cannot even be looked at.
      this.#tellFailing(error);
    }
  }

  /** While failing nothing arrives that could show that the disk is well again, so this does. */
  #tryAgain(): void {
    try {
      if (!this.#connection.isTrusted) this.#reopenIndex();
      if (!this.#connection.isTrusted) return;
      probeDisk(this.#files, this.#directory.root);
      this.#copies.flush(this.#connection.index);
      this.#failing = false;
      this.#clients.tell({ kind: "health", failing: false, full: false, detail: "" });
      this.#ready.push(...this.#unsettled.splice(0));
      this.#schedule();
      this.#copiesLook.goOn();
    } catch {
      // still failing; the next round tries again
    }
  }

  #compactWhenIdle(): void {
    if (this.#failing || !this.#connection.isTrusted || !this.#connection.index.isOpen || this.#ready.length > 0)
      return;
    try {
      if (this.#keeper.compact(this.#keeping)) setTimeout(() => this.#compactWhenIdle(), compactionPauseMs);
    } catch (error) {
      this.#tellFailing(error);
      this.#reopenIndex();
    }
  }

  /** Of this moment: the index may have been opened anew. */
  get #keeping(): KeepingParts {
    return {
      index: this.#connection.index,
      writer: this.#connection.writer,
      segments: this.#segments,
      directory: this.#directory,
      files: this.#files,
    };
  }

  #tellFailing(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#clients.tell({ kind: "health", failing: true, full: isNoSpace(error), detail: describeError(error) });
  }

  #stopWhenDone(): void {
    if (this.#scheduled || this.#finishing > 0 || this.#ready.length > 0) return;
    for (const client of this.#leaving) this.#clients.close(client);
    if (!this.#stopping) return;
    this.#stopping = false;
    clearInterval(this.#housekeeping);
    void this.#close();
  }

  async #close(): Promise<void> {
    await this.#large.discardAll();
    this.#segments.close();
    this.#connection.close();
    this.#clients.tell({ kind: "stopped" });
    this.#clients.close(0);
  }

  #freeBytes(): number {
    this.#faults.pass("free-space");
    if (this.#options.freeBytes !== undefined) return this.#options.freeBytes;
    const { bavail, bsize } = statfsSync(this.#options.root);
    return bavail * bsize;
  }
}

if (parentPort !== null) {
  try {
    const options: StoreThreadOptions = workerData;
    StoreThread.run(parentPort, options);
  } catch (error) {
    const known = namingTheIndex(error);
    const [code, detail] =
      known instanceof PosternError ? [known.code, known.detail] : [undefined, describeError(known)];
    const message = { kind: "cannot-start", code, detail } satisfies FromStoreThread;
    parentPort.postMessage(message, []);
    parentPort.close();
  }
}
