// SPDX-License-Identifier: Apache-2.0
import type { CommitRequest, DepositRequest, RemoveRequest } from "../thread-messages.ts";
import type { Place } from "./index-writer.ts";

/** One thing to be made durable by the next group commit. */
export type Work =
  | { readonly kind: "request"; readonly request: Exclude<CommitRequest, DepositRequest | RemoveRequest> }
  /** Its record: header and sealed bytes, in the batch's buffer. */
  | { readonly kind: "record"; readonly request: DepositRequest; readonly record: Buffer }
  /** A file of its own, synced already. */
  | { readonly kind: "large"; readonly request: DepositRequest; readonly sha256: Buffer }
  /** A slice of a removal, so that a large one does not keep deposits waiting. */
  | {
      readonly kind: "removal";
      readonly request: RemoveRequest;
      readonly sequences: readonly number[];
      readonly last: boolean;
    }
  /** A live record of a segment that is being emptied. */
  | {
      readonly kind: "move";
      readonly mailbox: number;
      readonly sequence: number;
      readonly from: Place;
      readonly record: Buffer;
    };

export type WorkOf<Kind extends Work["kind"]> = Extract<Work, { readonly kind: Kind }>;

/** Work that arrived together. Its records lie in one buffer, which goes back when all of it is done. */
export interface Batch {
  readonly works: readonly Work[];
  readonly recordBytes: number;
  readonly buffer: ArrayBuffer | undefined;
  /** Called when the batch is durable or has failed, for work that nobody sends an answer to. */
  readonly done?: () => void;
}
