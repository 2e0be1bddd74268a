// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { hasCode, PosternError } from "../base/errors.ts";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { Maildrop, SealedSource, StoredMessage } from "./contract.ts";
import type { PayloadReader } from "./payload-reader.ts";
import type { ReaderClient } from "./reader/reader-client.ts";
import { sourceName, stateName } from "./schema.ts";
import type { LocationRow, Snapshot } from "./thread-messages.ts";
import type { StoreThreadClient } from "./writer/store-thread-client.ts";

/** How many places are looked up at once: pullers take messages one after the other. */
const lookAhead = 64;

export interface MaildropParts {
  readonly reader: ReaderClient;
  readonly thread: StoreThreadClient;
  readonly payload: PayloadReader;
  readonly clock: Clock;
  readonly uniqueIdOf: (sequence: number) => UniqueId;
}

export class LeasedMaildrop implements Maildrop {
  readonly mailbox: MailboxId;
  readonly #number: number;
  readonly #snapshot: Snapshot;
  readonly #parts: MaildropParts;
  readonly #release: () => void;
  #places = new Map<number, LocationRow>();

  constructor(
    mailbox: { readonly id: MailboxId; readonly number: number },
    snapshot: Snapshot,
    parts: MaildropParts & { readonly release: () => void },
  ) {
    this.mailbox = mailbox.id;
    this.#number = mailbox.number;
    this.#snapshot = snapshot;
    this.#parts = parts;
    this.#release = parts.release;
  }

  get count(): number {
    return this.#snapshot.sequences.length;
  }

  pop3Bytes(index: number): number {
    return this.#snapshot.pop3Bytes[index] ?? 0;
  }

  uniqueId(index: number): UniqueId {
    return this.#parts.uniqueIdOf(this.#sequence(index));
  }

  async open(index: number): Promise<SealedSource> {
    const place = await this.#place(index);
    try {
      return await this.#openAt(index, place);
    } catch (error) {
      // Compaction may have moved it since the place was looked up; a second miss is the truth.
      if (!hasCode(error, "store/not-found")) throw error;
      this.#places.clear();
      return this.#openAt(index, await this.#place(index));
    }
  }

  notePulled(index: number): void {
    const { thread, clock } = this.#parts;
    const sequences = [this.#sequence(index)];
    thread.note({ kind: "note", atMs: clock.nowMs(), mailbox: this.#number, event: "pulled", sequences, detail: "" });
  }

  async remove(
    indexes: Iterable<number>,
    cause: string,
  ): Promise<{ readonly removed: number; readonly failed: number }> {
    const { thread, clock } = this.#parts;
    const sequences = Float64Array.from(indexes, (index) => this.#sequence(index));
    const answer = await thread.request({
      kind: "remove",
      token: thread.nextToken(),
      atMs: clock.nowMs(),
      mailbox: this.#number,
      sequences,
      cause,
      withMailbox: false,
    });
    if (answer.kind !== "removed") throw new PosternError("store/failing", "the store did not tell what was removed");
    return { removed: answer.removed, failed: answer.failed };
  }

  release(): void {
    this.#release();
  }

  async #openAt(index: number, place: LocationRow): Promise<SealedSource> {
    const uniqueId = this.uniqueId(index);
    const file = await this.#parts.payload.open(place, uniqueId);
    return {
      message: describe(this.mailbox, uniqueId, place),
      read: (position, maxBytes) => file.read(position, maxBytes),
      addenda: () => this.#parts.reader.addenda(this.#number, place.sequence),
      close: () => file.close(),
    };
  }

  async #place(index: number): Promise<LocationRow> {
    const sequence = this.#sequence(index);
    if (!this.#places.has(sequence)) {
      const ahead = this.#snapshot.sequences.slice(index, index + lookAhead);
      const rows = await this.#parts.reader.locations(this.#number, ahead);
      this.#places = new Map(rows.map((row) => [row.sequence, row]));
    }
    const place = this.#places.get(sequence);
    if (place === undefined) throw new PosternError("store/not-found");
    return place;
  }

  #sequence(index: number): number {
    const sequence = this.#snapshot.sequences[index];
    if (sequence === undefined) throw new RangeError(`no message ${index} in the snapshot`);
    return sequence;
  }
}

function describe(mailbox: MailboxId, uniqueId: UniqueId, place: LocationRow): StoredMessage {
  const { receivedAtMs, sealedBytes, sha256, traceBytes, contentBytes, contentPop3Bytes, deviations } = place;
  const [state, source] = [stateName(place.state), sourceName(place.source)];
  return {
    uniqueId,
    mailbox,
    state,
    source,
    receivedAtMs,
    sealedBytes,
    sha256,
    traceBytes,
    contentBytes,
    contentPop3Bytes,
    deviations,
  };
}
