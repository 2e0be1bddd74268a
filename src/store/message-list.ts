// SPDX-License-Identifier: Apache-2.0
import { hasCode, PosternError } from "../base/errors.ts";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { Addendum, SealedSource, StoredMessage } from "./contract.ts";
import type { PayloadReader } from "./payload-reader.ts";
import { sourceName, stateName } from "./schema.ts";
import type { LocationRow, Snapshot } from "./thread-messages.ts";

/** How many places are looked up at once: pullers take messages one after the other. */
const lookAhead = 64;

export interface MessageListParts {
  readonly reader: {
    locations(mailbox: number, sequences: Float64Array): Promise<readonly LocationRow[]>;
    addenda(mailbox: number, sequence: number): Promise<readonly Addendum[]>;
  };
  readonly payload: PayloadReader;
  readonly uniqueIdOf: (sequence: number) => UniqueId;
}

/** A frozen list of a mailbox's messages, oldest first, each of which can be opened. */
export class MessageList {
  readonly mailbox: MailboxId;
  readonly #number: number;
  readonly #snapshot: Snapshot;
  readonly #parts: MessageListParts;
  #places = new Map<number, LocationRow>();

  constructor(
    mailbox: { readonly id: MailboxId; readonly number: number },
    snapshot: Snapshot,
    parts: MessageListParts,
  ) {
    this.mailbox = mailbox.id;
    this.#number = mailbox.number;
    this.#snapshot = snapshot;
    this.#parts = parts;
  }

  get count(): number {
    return this.#snapshot.sequences.length;
  }

  pop3Bytes(index: number): number {
    return this.#snapshot.pop3Bytes[index] ?? 0;
  }

  uniqueId(index: number): UniqueId {
    return this.#parts.uniqueIdOf(this.sequence(index));
  }

  /** Throws `store/not-found`, `store/damaged`, `store/failing`. */
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

  /** Gives the memory of the list back; nothing can be opened afterwards. Idempotent. */
  release(): void {
    for (const { buffer } of [this.#snapshot.sequences, this.#snapshot.pop3Bytes])
      if (!buffer.detached) buffer.transfer(0);
  }

  sequence(index: number): number {
    const sequence = this.#snapshot.sequences[index];
    if (sequence === undefined) throw new RangeError(`no message ${index} in the snapshot`);
    return sequence;
  }

  async #openAt(index: number, place: LocationRow): Promise<SealedSource> {
    const uniqueId = this.uniqueId(index);
    // Before the file is opened: a row that makes no sense throws, and nobody would close it.
    const message = describe(this.mailbox, uniqueId, place);
    const file = await this.#parts.payload.open(place, uniqueId);
    return {
      message,
      read: (position, maxBytes) => file.read(position, maxBytes),
      addenda: () => this.#parts.reader.addenda(this.#number, place.sequence),
      close: () => file.close(),
    };
  }

  async #place(index: number): Promise<LocationRow> {
    const sequence = this.sequence(index);
    if (!this.#places.has(sequence)) {
      const ahead = this.#snapshot.sequences.slice(index, index + lookAhead);
      const rows = await this.#parts.reader.locations(this.#number, ahead);
      this.#places = new Map(rows.map((row) => [row.sequence, row]));
    }
    const place = this.#places.get(sequence);
    if (place === undefined) throw new PosternError("store/not-found");
    return place;
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
