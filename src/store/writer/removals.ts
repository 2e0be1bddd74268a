// SPDX-License-Identifier: Apache-2.0
import type { Answer, RemoveRequest } from "../thread-messages.ts";
import type { IndexWriter } from "./index-writer.ts";
import type { WorkOf } from "./work.ts";

/** What one group commit removes at most; about 20 ms. */
const sliceMessages = 512;

interface Removal {
  readonly request: RemoveRequest;
  /** How many of `request.sequences` were taken. */
  taken: number;
  removed: number;
}

/** Removals under way, oldest first. Each is cut into slices that ride on the group commits. */
export class Removals {
  readonly #waiting: Removal[] = [];

  get pending(): boolean {
    return this.#waiting.length > 0;
  }

  add(request: RemoveRequest): void {
    this.#waiting.push({ request, taken: 0, removed: 0 });
  }

  /** The next slice of the oldest removal. */
  nextSlice(messages: IndexWriter): WorkOf<"removal"> | undefined {
    const removal = this.#waiting[0];
    if (removal === undefined) return undefined;
    const { request, taken } = removal;
    if (request.sequences === undefined) {
      const sequences = messages.firstSequences(request.mailbox, sliceMessages);
      return { kind: "removal", request, sequences, last: sequences.length < sliceMessages };
    }
    const sequences = [...request.sequences.subarray(taken, taken + sliceMessages)];
    return { kind: "removal", request, sequences, last: taken + sequences.length === request.sequences.length };
  }

  /** A slice is durable. Returns the answer when it was the last one. */
  sliceDone(slice: WorkOf<"removal">, removed: number): Answer | undefined {
    const removal = this.#waiting[0];
    if (removal?.request !== slice.request) return undefined;
    removal.taken += slice.sequences.length;
    removal.removed += removed;
    if (!slice.last) return undefined;
    this.#waiting.shift();
    return { token: slice.request.token, kind: "removed", removed: removal.removed, failed: 0 };
  }

  /** A slice failed, and with it what is left of its removal: those messages are still there. */
  sliceFailed(slice: WorkOf<"removal">, failure: Answer): Answer {
    const removal = this.#waiting.shift();
    const { sequences } = slice.request;
    if (removal === undefined || sequences === undefined) return failure;
    const failed = sequences.length - removal.taken;
    return { token: slice.request.token, kind: "removed", removed: removal.removed, failed };
  }
}
