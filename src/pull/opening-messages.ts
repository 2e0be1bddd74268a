// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from "../base/errors.ts";
import type { SharedKeys } from "../seal/contract.ts";
import type { StoredMessage } from "../store/contract.ts";

/** What the network thread and the opening thread say to each other. Sealed octets and responses are handed over. */
export type ToOpeningThread =
  /** A puller signed in; what follows under its number is opened with these keys. */
  | { readonly kind: "begin"; readonly puller: number; readonly keys: SharedKeys }
  | {
      readonly kind: "open";
      readonly puller: number;
      readonly token: number;
      readonly message: MessageFacts;
      /** Follows `+OK` in the response. */
      readonly status: string;
      readonly sealed: ArrayBuffer;
    }
  | { readonly kind: "end"; readonly puller: number };

/** What opening needs to know of a message. */
export type MessageFacts = Pick<StoredMessage, "uniqueId" | "mailbox" | "traceBytes" | "deviations">;

export type FromOpeningThread =
  | { readonly kind: "opened"; readonly token: number; readonly response: ArrayBuffer }
  | {
      readonly kind: "failed";
      readonly token: number;
      readonly code: ErrorCode | undefined;
      readonly detail: string;
    };
