// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";

/** Who works on the messages of which mailbox: one at a time (RFC 1939 §4). They end with the process. */
export class Leases {
  readonly #holders = new Map<MailboxId, { readonly holder: string }>();

  /** Takes a lease and gives what releases it, which may be called twice. Throws `store/maildrop-locked`. */
  take(mailbox: MailboxId, holder: string): () => void {
    const other = this.#holders.get(mailbox);
    if (other !== undefined) throw new PosternError("store/maildrop-locked", other.holder);
    const lease = { holder };
    this.#holders.set(mailbox, lease);
    return () => {
      if (this.#holders.get(mailbox) === lease) this.#holders.delete(mailbox);
    };
  }
}
