// SPDX-License-Identifier: Apache-2.0
import { statfs } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { CertificateDesk } from "../certificate/certificate-desk.ts";
import type { Validity } from "../certificate/ends-soon.ts";
import type { Configuration } from "../config/schema.ts";
import type { EventFeed, FedEvent } from "../observe/event-feed.ts";
import type { MailboxCounts, Store } from "../store/contract.ts";
import {
  type Attention,
  certificateAttention,
  type DiskRoom,
  errorAttention,
  renewalAttention,
  storeAttention,
} from "./attention.ts";
import type { EndedHow, Present } from "./channel-ledger.ts";
import { type NamedMailbox, notPulledMailboxes, quietMailboxes } from "./mailbox-attention.ts";
import { isNews, type Subject, subjectOf } from "./subject.ts";

export interface WatchParts {
  /** Of this moment. */
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly store: Pick<Store, "readiness" | "counts" | "activity">;
  readonly mailboxes: { list(): readonly NamedMailbox[] };
  readonly certificates: Pick<CertificateDesk, "renewal"> | undefined;
  /** The one that is shown. */
  readonly certificate: () => Validity;
  readonly feed: Pick<EventFeed, "since" | "follow">;
}

interface SeenMailboxes {
  readonly atMs: number;
  readonly attention: readonly Attention[];
  readonly counts: ReadonlyMap<string, MailboxCounts>;
}

/** Events that tell of something over, or of the certificate: worth a look at once. */
const worthALook: ReadonlySet<string> = new Set([
  "store/working-again",
  "store/disk-well",
  "acme/issued",
  "listen/certificate-renewed",
  "certificate/changed",
]);

/** Knows what is wrong with the gateway now: it asks the store, the certificate, the counts, and hears the log. */
export class Watch {
  readonly #parts: WatchParts;
  /** Since the last look, the newest of each code. */
  #errors = new Map<string, FedEvent>();
  #seen: SeenMailboxes | undefined;
  #unfollow: (() => void) | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Hears the log from now on; `alarmed` is called when a look is worth it. */
  start(alarmed: () => void): void {
    const { feed } = this.#parts;
    const hear = (event: FedEvent): void => {
      if (event.level === "error") this.#errors.set(event.code, event);
      if (event.level === "error" || worthALook.has(event.code)) alarmed();
    };
    for (const event of feed.since(0)) hear(event);
    this.#unfollow = feed.follow({ event: hear, end: () => undefined });
  }

  stop(): void {
    this.#unfollow?.();
  }

  /** What is watched for has changed: the next look is a fresh one. */
  refresh(): void {
    this.#seen = undefined;
  }

  /** Nobody wants to know: what was heard is forgotten, and the next look is a fresh one. */
  forget(): void {
    this.#errors = new Map();
    this.#seen = undefined;
  }

  async look(): Promise<Present> {
    const { configuration, store, certificate, certificates, clock } = this.#parts;
    const readiness = store.readiness(limits.segmentMessageBytes);
    const lasting = [
      ...storeAttention(readiness, readiness === "disk-low" ? await this.#disk() : noDisk),
      ...certificateAttention(certificate(), {
        nowMs: clock.nowMs(),
        warningMs: limits.certificateEndsSoonMs,
      }),
      ...renewalAttention(certificates, configuration),
    ];
    const seen = await this.#mailboxes();
    const heard = [...this.#errors.values()];
    this.#errors = new Map();
    const errors = heard.filter(({ code }) => isNews(code, lasting)).map(errorAttention);
    const subjects = [...lasting, ...(seen?.attention ?? []), ...errors].map(subjectOf);
    let ids: ReadonlySet<string> | undefined;
    const exists = (id: string): boolean => {
      ids ??= new Set(this.#parts.mailboxes.list().map((mailbox) => mailbox.id));
      return ids.has(id);
    };
    return { subjects, howEnded: (subject) => this.#howEnded(subject, exists) };
  }

  /** Those of before when they cannot be had: a store that is gone says nothing about mailboxes. */
  async #mailboxes(): Promise<SeenMailboxes | undefined> {
    const { configuration, store, mailboxes, clock } = this.#parts;
    const { notPulledAfterMs, quietAfterMs } = configuration.notify;
    const nowMs = clock.nowMs();
    if (this.#seen !== undefined && nowMs - this.#seen.atMs < limits.noticeMailboxLookMs) return this.#seen;
    try {
      const counts = await store.counts();
      const looked = { all: mailboxes.list(), counts, nowMs };
      const quiet = await quietMailboxes(store, looked, quietAfterMs);
      const attention = [...notPulledMailboxes(looked, notPulledAfterMs), ...quiet];
      this.#seen = { atMs: nowMs, attention, counts };
    } catch {
      // The store says by itself that it fails; that is a subject of its own.
    }
    return this.#seen;
  }

  async #disk(): Promise<DiskRoom> {
    const { gateway, limits: configured } = this.#parts.configuration;
    const { bavail, blocks, bsize } = await statfs(gateway.dataDirectory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, reserveBytes: configured.diskReserveBytes };
  }

  #howEnded({ code, mailbox, at }: Subject, exists: (id: string) => boolean): EndedHow {
    if (code === "certificate-renewal-failing") return this.#parts.configuration.acme.enabled ? "well" : "unwatched";
    if (mailbox === null) return "well";
    const counts = this.#seen?.counts.get(mailbox);
    const beganMs = at === null ? 0 : Date.parse(at);
    const isWell =
      code === "mailbox-quiet"
        ? (counts?.lastReceivedAtMs ?? 0) > beganMs
        : (counts?.messages ?? 0) === 0 || (counts?.oldestReceivedAtMs ?? 0) > beganMs;
    return exists(mailbox) && isWell ? "well" : "unwatched";
  }
}

const noDisk: DiskRoom = { freeBytes: 0, totalBytes: 0, reserveBytes: 0 };
