// SPDX-License-Identifier: Apache-2.0
import { describeError } from "../../base/errors.ts";
import { noSegment } from "../data-directory.ts";
import type { Answer, RemoveRequest } from "../thread-messages.ts";
import type { CommitOutcome } from "./group-commit.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Health } from "./health.ts";
import type { IndexConnection } from "./index-connection.ts";
import type { LargeFiles } from "./large-files.ts";
import { Removals } from "./removals.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import type { Batch, Work, WorkOf } from "./work.ts";

/** How much payload one group takes: more costs two to four times the CPU per octet and only adds latency. */
const groupBytes = 2 * 1024 * 1024;

export interface CommitterParts {
  readonly index: IndexConnection;
  readonly segments: SegmentWriter;
  readonly large: LargeFiles;
  readonly health: Health;
  /** Takes in what has arrived meanwhile, so that it joins the group. */
  readonly drain: () => void;
  readonly answer: (answers: readonly Answer[], buffers: readonly ArrayBuffer[]) => void;
  /** After each group. */
  readonly done: (outcome: { readonly freedSpace: boolean }) => void;
}

/** Gathers work into groups and commits them one after the other. While one is synced, the next one gathers. */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #group: GroupCommit;
  readonly #removals = new Removals();
  #batches: Batch[] = [];
  #scheduled = false;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
    this.#group = new GroupCommit(parts.index, parts.segments);
  }

  get idle(): boolean {
    return !this.#scheduled && this.#batches.length === 0 && !this.#removals.pending;
  }

  add(batch: Batch): void {
    this.#batches.push(batch);
    this.#schedule();
  }

  addRemoval(request: RemoveRequest): void {
    this.#removals.add(request);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#parts.drain();
      const freedSpace = this.#commitNext();
      this.#scheduled = false;
      if (this.#batches.length > 0 || this.#removals.pending) this.#schedule();
      this.#parts.done({ freedSpace });
    });
  }

  #commitNext(): boolean {
    const batches = this.#takeBatches();
    const { possible, refused } = this.#sort(batches.flatMap((batch) => batch.works));
    const answers = refused.flatMap((work) => this.#failure(work));
    const slice = this.#nextSlice();
    const group: readonly Work[] = slice === undefined ? possible : [...possible, slice];
    let freedSpace = false;
    if (group.length > 0) {
      try {
        const outcome = this.#group.commit(group);
        answers.push(...outcome.answers);
        this.#afterCommit(outcome, slice, answers);
        freedSpace = outcome.removed.length > 0 || group.some((work) => work.kind === "move");
      } catch (error) {
        this.#parts.health.fail(error);
        this.#parts.large.doubt(group.filter((work) => work.kind === "large").map((work) => work.request.sequence));
        for (const work of group) answers.push(...this.#failure(work));
      }
    }
    const buffers = batches.flatMap((batch) => batch.buffer ?? []);
    if (answers.length > 0 || buffers.length > 0) this.#parts.answer(answers, buffers);
    for (const batch of batches) batch.done?.();
    return freedSpace;
  }

  #afterCommit(outcome: CommitOutcome, slice: WorkOf<"removal"> | undefined, answers: Answer[]): void {
    for (const { sequence, segment } of outcome.removed) if (segment === noSegment) this.#parts.large.unlink(sequence);
    for (const sequence of outcome.unwantedFiles) this.#parts.large.unlink(sequence);
    if (slice === undefined) return;
    const count = outcome.removed.length - outcome.withdrawn;
    const answer = this.#removals.sliceDone(slice, count);
    if (answer !== undefined) answers.push(answer);
  }

  /** Whole batches, so that their buffers can go back; the first one even when it is larger than a group should be. */
  #takeBatches(): readonly Batch[] {
    let bytes = 0;
    let count = 0;
    for (const batch of this.#batches) {
      bytes += batch.recordBytes;
      if (count > 0 && bytes > groupBytes) break;
      count += 1;
    }
    return this.#batches.splice(0, count);
  }

  #nextSlice(): WorkOf<"removal"> | undefined {
    if (!this.#removals.pending) return undefined;
    if (!this.#parts.index.broken) return this.#removals.nextSlice(this.#parts.index.messages);
    return undefined;
  }

  /** While the disk fails no payload is taken; rows are tried as long as there is an index, so that pulls can end. */
  #sort(works: readonly Work[]): { readonly possible: readonly Work[]; readonly refused: readonly Work[] } {
    const { health, index } = this.#parts;
    if (!health.failing) return { possible: works, refused: [] };
    const possible = index.broken ? [] : works.filter((work) => work.kind === "request");
    return { possible, refused: works.filter((work) => !possible.includes(work)) };
  }

  #failure(work: Work): readonly Answer[] {
    if (work.kind === "move" || (work.kind === "request" && work.request.kind === "note")) return [];
    const { code, detail } = this.#parts.health.trouble;
    const { token } = work.request as Exclude<typeof work.request, { readonly kind: "note" }>;
    const failure: Answer = { token, kind: "failed", code, detail };
    return [work.kind === "removal" ? this.#removals.sliceFailed(work, failure) : failure];
  }
}
