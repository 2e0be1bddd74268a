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
  | { readonly kind: "removal"; readonly removal: Removal; readonly sequences: readonly number[]; readonly last: boolean }
  /** A live record of a segment that is being emptied. */
  | { readonly kind: "move"; readonly mailbox: number; readonly sequence: number; readonly from: Place; readonly record: Buffer };

/** A removal is done in slices, so that a large one does not keep deposits waiting. */
export interface Removal {
  readonly request: RemoveRequest;
  /** How many of `request.sequences` were taken. */
  next: number;
  removed: number;
}
