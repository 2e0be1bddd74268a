// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../../src/base/limits.ts";

/** Something that was asked for, and when the answer came, by `performance.now()`. */
export interface Span {
  readonly begunMs: number;
  ackedMs: number | undefined;
}

export interface Moment {
  readonly beganMs: number;
  readonly endedMs: number;
}

/** What is known of a step at a moment. Without an answer before it, the step may have happened or not. */
export type Standing = "not begun" | "open" | "done";

export function standing(span: Span | undefined, at: Moment): Standing {
  if (span === undefined || span.begunMs > at.endedMs) return "not begun";
  return span.ackedMs !== undefined && span.ackedMs < at.beganMs ? "done" : "open";
}

export type Way = "data" | "bdat" | "smtp-proxy" | "pop3-proxy";

/** A message that a client or an upstream knows of. */
export interface KnownMessage {
  readonly sha256: string;
  readonly mailbox: string;
  readonly way: Way;
  readonly bytes: number;
  /** Its answer is what makes it owed: 250, the final dot of RETR, the upstream having it or a DELE of it. */
  readonly keeping: Span;
  /** The upstream refused it: the gateway may take it back. */
  withdrawn: boolean;
  /** Known when it was pulled. */
  uniqueId: string | undefined;
  removing: Span | undefined;
}

interface Change<T> extends Span {
  readonly value: T;
}

/** A value that changes by acknowledged steps. */
export class Changing<T> {
  readonly #changes: Change<T>[] = [];

  constructor(value: T, span: Span) {
    this.#changes.push({ ...span, value });
  }

  get value(): T {
    return this.#last.value;
  }

  /** The last acknowledged value and the one that was asked for after it, when its answer is missing. */
  get open(): readonly [before: T, asked: T] | undefined {
    if (this.#last.ackedMs !== undefined) return undefined;
    const before = this.#changes.findLast(({ ackedMs }) => ackedMs !== undefined);
    return [(before ?? this.#last).value, this.#last.value];
  }

  async change(value: T, work: () => Promise<unknown>): Promise<void> {
    const change: Change<T> = { value, begunMs: performance.now(), ackedMs: undefined };
    this.#changes.push(change);
    await work();
    change.ackedMs = performance.now();
  }

  get #last(): Change<T> {
    const last = this.#changes.at(-1);
    if (last === undefined) throw new Error("there is always one");
    return last;
  }

  /** What it may be at a moment: the last that was done, or whatever was open. The newest first. */
  possible(at: Moment): readonly T[] {
    const begun = this.#changes.filter((change) => standing(change, at) !== "not begun");
    const lastDone = begun.findLastIndex((change) => standing(change, at) === "done");
    return begun
      .slice(Math.max(lastDone, 0))
      .map(({ value }) => value)
      .toReversed();
  }
}

export type MailboxState = "active" | "suspended";

/** The life of a mailbox as its administrator knows it. */
export interface KnownMailbox {
  readonly id: string;
  readonly address: string;
  readonly creating: Span;
  readonly name: Changing<string>;
  readonly state: Changing<MailboxState>;
  readonly password: Changing<string>;
  removing: Span | undefined;
}

/** What all clients, upstreams and the administrator of a gateway know together. */
export class ClientLedger {
  readonly messages = new Map<string, KnownMessage>();
  readonly mailboxes = new Map<string, KnownMailbox>();
  /** The setting that the administrator changes; first its default. */
  readonly commandsPerSession = new Changing<number>(limits.commandsPerSession, { begunMs: 0, ackedMs: 0 });
  /** Names of mailboxes asked for, so that one whose answer is missing is told from one that nobody wanted. */
  readonly wantedNames = new Set<string>();

  begin(message: Pick<KnownMessage, "sha256" | "mailbox" | "way" | "bytes">): KnownMessage {
    const known = this.messages.get(key(message.mailbox, message.sha256));
    if (known !== undefined) return known;
    const keeping = { begunMs: performance.now(), ackedMs: undefined };
    const begun = { ...message, keeping, withdrawn: false, uniqueId: undefined, removing: undefined };
    this.messages.set(key(message.mailbox, message.sha256), begun);
    return begun;
  }

  find(mailbox: string, sha256: string): KnownMessage | undefined {
    return this.messages.get(key(mailbox, sha256));
  }

  /** From now on the gateway owes it. */
  owed(message: KnownMessage): void {
    message.keeping.ackedMs ??= performance.now();
  }
}

function key(mailbox: string, sha256: string): string {
  return `${mailbox} ${sha256}`;
}
