// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import type { MailboxCopies } from "./mailbox-copies.ts";

/** Looked at in one go, some milliseconds on a slow disk: deposits wait for it. */
const mailboxesPerLook = 20;
/** Between two looks, so that deposits go first: thousands of mailboxes take some seconds after a start. */
const pauseMs = 10;

export interface CopiesLookParts {
  readonly copies: MailboxCopies;
  /** `undefined` while the store fails or after its end: the look is held up. */
  readonly index: () => DatabaseSync | undefined;
  readonly failed: (error: unknown) => void;
}

/** The one look at all copies after a start, in slices, oldest mailbox first: what is missing or old is made. */
export class CopiesLook {
  readonly #parts: CopiesLookParts;
  #lookedUpTo = 0;

  constructor(parts: CopiesLookParts) {
    this.#parts = parts;
  }

  /** From where it was held up, until all copies have been looked at since the start. What fails stays due. */
  goOn(): void {
    const index = this.#parts.index();
    if (index === undefined) return;
    try {
      if (this.#lookAtNext(index)) setTimeout(() => this.goOn(), pauseMs);
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  /** `false`: these were the last. */
  #lookAtNext(index: DatabaseSync): boolean {
    const next = index.prepare("SELECT number FROM mailbox WHERE number > ? ORDER BY number LIMIT ?");
    const numbers = next.all(this.#lookedUpTo, mailboxesPerLook).map(({ number }) => Number(number));
    for (const number of numbers) {
      this.#parts.copies.lookAt(index, number);
      this.#lookedUpTo = number;
    }
    this.#parts.copies.flush(index);
    return numbers.length === mailboxesPerLook;
  }
}
