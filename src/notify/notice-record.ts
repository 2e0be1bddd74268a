// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isMissingFile, writeWholeFile } from "../base/whole-file.ts";
import { attention } from "./attention.ts";
import type { ChannelLedger, LedgerEntry } from "./channel-ledger.ts";
import { type Subject, subjectOf } from "./subject.ts";

const timeOrNull = z.number().nullable();

/** Names and causes are left out: they are known again when the subject is seen again. */
const entryShape = z.object({
  code: attention.shape.code,
  severity: attention.shape.severity,
  mailbox: z.string().nullable(),
  at: z.string().nullable(),
  /** What the subject is, where the code alone does not say it. */
  about: z.record(z.string(), z.string()).default({}),
  beganMs: z.number(),
  toldMs: timeOrNull,
  endedMs: timeOrNull,
  how: z.enum(["well", "unwatched"]),
  again: z.boolean(),
});

/** How the last attempts of a channel went. */
export const attemptsShape = z.object({
  lastAttemptMs: timeOrNull.default(null),
  lastDeliveredMs: timeOrNull.default(null),
  outcome: z.enum(["delivered", "refused", "failed"]).nullable().default(null),
  /** In a row. */
  failures: z.int().min(0).default(0),
});
export type Attempts = z.output<typeof attemptsShape>;

const channelShape = z.object({
  entries: z.array(entryShape).default([]),
  sentMs: z.array(z.number()).default([]),
  remindedMs: timeOrNull.default(null),
  attempts: attemptsShape,
});

const recordShape = z.object({ version: z.literal(1), channels: z.record(z.string(), channelShape) });

export interface ChannelState {
  readonly ledger: ChannelLedger;
  readonly attempts: Attempts;
}

export const noAttempts: Attempts = attemptsShape.parse({});

/** What the channels were told, in one private file of the data directory: a restart tells nothing twice. */
export class NoticeRecord {
  readonly #file: string;
  #written = "";
  #turn: Promise<unknown> = Promise.resolve();

  constructor(dataDirectory: string) {
    this.#file = join(dataDirectory, "notices.json");
  }

  /** Empty when there is none. Throws for one that cannot be read or understood. */
  async read(): Promise<ReadonlyMap<string, ChannelState>> {
    try {
      const text = await readFile(this.#file, "utf8");
      const { channels } = recordShape.parse(JSON.parse(text));
      this.#written = text;
      return new Map(
        Object.entries(channels).map(([name, { attempts, ...ledger }]) => [name, stateOf(ledger, attempts)]),
      );
    } catch (error) {
      if (isMissingFile(error)) return new Map();
      throw error;
    }
  }

  /** Writes nothing when nothing changed. */
  write(states: ReadonlyMap<string, ChannelState>): Promise<void> {
    const turn = this.#turn.then(() => this.#write(states));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #write(states: ReadonlyMap<string, ChannelState>): Promise<void> {
    const channels = Object.fromEntries(Array.from(states, ([name, state]) => [name, viewOf(state)]));
    if (this.#written === "" && states.size === 0) return;
    const text = `${JSON.stringify({ version: 1, channels }, undefined, 1)}\n`;
    if (text === this.#written) return;
    await writeWholeFile(this.#file, text, 0o600);
    this.#written = text;
  }
}

function stateOf(ledger: Omit<z.output<typeof channelShape>, "attempts">, attempts: Attempts): ChannelState {
  const entries = ledger.entries.map((kept): readonly [string, LedgerEntry] => {
    const subject = subjectFrom(kept);
    const { beganMs, toldMs, endedMs, how, again } = kept;
    return [subject.key, { subject, beganMs, toldMs, endedMs, how, again }];
  });
  return { ledger: { ...ledger, entries: new Map(entries) }, attempts };
}

function subjectFrom({ code, severity, mailbox, at, about }: z.output<typeof entryShape>): Subject {
  return subjectOf({ code, severity, mailbox, mailboxName: null, at, values: about });
}

/** Words of ours; the other values may hold what others sent. */
const keptValues = ["event", "text", "channel"] as const;

function viewOf({ ledger, attempts }: ChannelState): z.input<typeof channelShape> {
  const entries = Array.from(ledger.entries.values(), ({ subject, ...kept }) => {
    const { code, severity, mailbox, at, values } = subject;
    const about = Object.fromEntries(
      keptValues.filter((name) => values[name] !== undefined).map((name) => [name, String(values[name])]),
    );
    return { code, severity, mailbox, at, about, ...kept };
  });
  return { entries, sentMs: [...ledger.sentMs], remindedMs: ledger.remindedMs, attempts };
}
