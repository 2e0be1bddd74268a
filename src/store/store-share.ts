// SPDX-License-Identifier: Apache-2.0
import type { MessagePort } from "node:worker_threads";
import type { Epoch } from "./epochs.ts";
import type { NumberedMailbox } from "./mailbox-rows.ts";

/** What a thread needs to work in a store that another opened; goes from one to the other as it is. */
export interface StoreShare {
  readonly directory: string;
  /** Where it counts what it holds in memory. */
  readonly place: number;
  /** Its number at the store thread. */
  readonly client: number;
  readonly settings: MailStoreSettings;
  readonly epochs: readonly Epoch[];
  readonly mailboxes: readonly NumberedMailbox[];
  readonly freeBytes: number;
  readonly sequences: SharedArrayBuffer;
  readonly memory: SharedArrayBuffer;
  readonly ports: { readonly store: MessagePort; readonly reader: MessagePort; readonly leases: MessagePort };
}

/** How a store takes mail, the same in every thread. */
export interface MailStoreSettings {
  readonly diskReserveBytes: number;
  readonly repeatedDeliveryMs: number;
  readonly depositMemoryBytes: number;
}
