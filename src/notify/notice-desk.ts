// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { describeError, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Configuration } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import type { Attention } from "./attention.ts";
import { type Channel, type ChannelName, channelNames, type SendResult, sendResult } from "./channel.ts";
import { delivered, dueNotice, emptyLedger, type Notice, observe, type Present, pauseMs } from "./channel-ledger.ts";
import type { Letter } from "./letter.ts";
import { type Attempts, type ChannelState, NoticeRecord, noAttempts } from "./notice-record.ts";
import { type Subject, subjectOf } from "./subject.ts";
import type { Watch } from "./watch.ts";

export interface NoticeDeskParts {
  /** Of this moment. */
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: Pick<Watch, "start" | "stop" | "forget" | "refresh" | "look">;
  readonly channels: Readonly<Record<ChannelName, Channel>>;
  /** Of the console, with a slash at the end. */
  readonly consoleUrl: () => string | undefined;
  /** What a mailbox is called; `undefined`: there is none. */
  readonly mailboxName: (id: string) => string | undefined;
}

/** How a channel does, for an administrator. */
export interface ChannelView extends Attempts {
  readonly channel: ChannelName;
  /** Why the last attempt failed, as far as it is known since the start. */
  readonly reason: string | null;
}

/**
 * Tells administrators what is wrong, and when it is well again. It looks at the gateway from the side: whatever happens
 * here, nothing waits for it.
 */
export class NoticeDesk {
  readonly #parts: NoticeDeskParts;
  readonly #record: NoticeRecord;
  readonly #end = new AbortController();
  readonly #states = new Map<ChannelName, ChannelState>();
  readonly #reasons = new Map<ChannelName, string>();
  /** Not before this, after a failure. */
  readonly #pauses = new Map<ChannelName, number>();
  readonly #sending = new Map<ChannelName, Promise<void>>();
  readonly #testing = new Set<ChannelName>();
  #testedAtMs: readonly number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #again = false;
  #started = false;
  #settings = "";

  constructor(parts: NoticeDeskParts) {
    this.#parts = parts;
    this.#record = new NoticeRecord(parts.configuration.gateway.dataDirectory);
  }

  /** Never throws: a record that cannot be read is begun anew, and that is said. The first look is at once. */
  async start(): Promise<void> {
    try {
      const read = await this.#record.read();
      for (const name of channelNames) {
        const state = read.get(name);
        if (state !== undefined) this.#states.set(name, state);
      }
    } catch (error) {
      this.#parts.log.event("notify/not-noted", { cause: describeError(error) });
    }
    this.#started = true;
    this.#settings = JSON.stringify(this.#parts.configuration.notify);
    this.#parts.watch.start(() => this.#schedule(limits.noticeAlarmMs));
    this.#schedule(0);
  }

  /** Gives up what is being sent; it is sent after the next start. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#started || this.#end.signal.aborted) return;
    this.#parts.watch.stop();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limits.noticeStopMs);
    await Promise.race([this.look(), late]);
    clearTimeout(timer);
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.idle();
  }

  /** Whoever mended the settings does not want to wait for the next attempt, nor to read of those before. */
  settingsChanged(): void {
    const settings = JSON.stringify(this.#parts.configuration.notify);
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#pauses.clear();
    this.#reasons.clear();
    for (const [name, { ledger, attempts }] of this.#states)
      this.#states.set(name, { ledger, attempts: { ...attempts, failures: 0, outcome: null } });
    this.#parts.watch.refresh();
    this.#schedule(0);
  }

  /** The channels that somebody set up. */
  get views(): readonly ChannelView[] {
    return this.#configured().map((channel) => {
      const { lastAttemptMs, lastDeliveredMs, outcome, failures } = this.#stateOf(channel).attempts;
      return { channel, lastAttemptMs, lastDeliveredMs, outcome, failures, reason: this.#reasons.get(channel) ?? null };
    });
  }

  /** The channels whose last attempt failed. */
  get attention(): readonly Attention[] {
    return this.views
      .filter(({ failures }) => failures > 0)
      .map(({ channel, failures, reason, lastAttemptMs }) => ({
        code: "notice-not-delivered",
        severity: "error",
        mailbox: null,
        mailboxName: null,
        at: lastAttemptMs === null ? null : new Date(lastAttemptMs).toISOString(),
        values: { channel, failures, ...(reason === null ? {} : { cause: reason }) },
      }));
  }

  /** Sends a notice that says nothing but that it came. Throws `notify/not-configured` and `api/too-many`. */
  async test(name: ChannelName): Promise<SendResult> {
    if (!this.#parts.channels[name].isConfigured)
      throw new PosternError("notify/not-configured", `the settings name nobody for ${name}`);
    this.#takeTest(name);
    try {
      const result = await this.#send(name, "test");
      await this.#noteAttempt(name, result);
      // What waited for the channel need not wait for the end of its pause.
      if (result.outcome === "delivered" && this.#pauses.delete(name)) this.#schedule(0);
      return result;
    } finally {
      this.#testing.delete(name);
    }
  }

  /** Looks at everything and sends what is due. Never throws; resolves when it has looked, not when all is sent. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookUntilDone().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending.values());
  }

  async #lookUntilDone(): Promise<void> {
    while (this.#again && !this.#end.signal.aborted) {
      this.#again = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#parts.log.event("notify/look-failed", { cause: describeError(error) });
        this.#schedule(limits.noticeLookMs);
      }
    }
  }

  async #lookOnce(): Promise<void> {
    const { watch, clock, configuration } = this.#parts;
    const configured = this.#configured();
    for (const name of channelNames) if (!configured.includes(name)) this.#states.delete(name);
    if (configured.length === 0) {
      watch.forget();
      await this.#write();
      return this.#schedule(limits.noticeLookMs);
    }
    const present = await watch.look();
    for (const name of configured) this.#observe(name, present, configuration.notify.kinds);
    await this.#write();
    const nowMs = clock.nowMs();
    const waits = configured.map((name) => this.#sendIfDue(name, nowMs));
    return this.#schedule(Math.min(limits.noticeLookMs, ...waits));
  }

  #observe(name: ChannelName, present: Present, kinds: Configuration["notify"]["kinds"]): void {
    const { ledger, attempts } = this.#stateOf(name);
    const subjects = [...present.subjects, ...this.#otherChannels(name)];
    const seen = observe(ledger, { ...present, subjects }, { kinds, nowMs: this.#parts.clock.nowMs() });
    this.#states.set(name, { attempts, ledger: seen });
  }

  /** Who hears by one channel can mend the other. One failure is no news: it is tried again in a minute. */
  #otherChannels(name: ChannelName): readonly Subject[] {
    return this.attention
      .filter(({ values }) => values["channel"] !== name && Number(values["failures"]) > 1)
      .map(subjectOf);
  }

  /** How long until there is something to do for this channel. */
  #sendIfDue(name: ChannelName, nowMs: number): number {
    const due = dueNotice(this.#stateOf(name).ledger, nowMs);
    if (due === undefined || this.#sending.has(name)) return Number.POSITIVE_INFINITY;
    const dueMs = Math.max(due.dueMs, this.#pauses.get(name) ?? 0);
    if (dueMs > nowMs) return dueMs - nowMs;
    const sending = this.#deliver(name, due.notice).finally(() => {
      this.#sending.delete(name);
      this.#schedule(0);
    });
    this.#sending.set(name, sending);
    return Number.POSITIVE_INFINITY;
  }

  async #deliver(name: ChannelName, notice: Notice): Promise<void> {
    const { clock, log } = this.#parts;
    const result = await this.#send(name, notice);
    if (this.#end.signal.aborted) return;
    if (result.outcome === "delivered") {
      const { ledger, attempts } = this.#stateOf(name);
      this.#states.set(name, { attempts, ledger: delivered(ledger, notice, clock.nowMs()) });
      const { began, passed, lasting, ended } = notice;
      const counts = { began: began.length + passed.length, lasting: lasting.length, ended: ended.length };
      log.event("notify/delivered", { channel: name, ...counts });
    }
    const { failures } = await this.#noteAttempt(name, result);
    if (result.outcome === "delivered") this.#pauses.delete(name);
    else {
      const againMs = clock.nowMs() + pauseMs(failures);
      this.#pauses.set(name, againMs);
      const again = new Date(againMs).toISOString();
      log.event("notify/not-delivered", { channel: name, outcome: result.outcome, cause: result.reply, again });
    }
  }

  async #send(name: ChannelName, content: Notice | "test"): Promise<SendResult> {
    const { configuration, clock, channels, consoleUrl } = this.#parts;
    const { hostName } = configuration.gateway;
    const named = content === "test" ? content : withNames(content, this.#parts.mailboxName);
    const letter: Letter = {
      id: randomUUID(),
      atMs: clock.nowMs(),
      hostName,
      consoleUrl: consoleUrl(),
      content: named,
    };
    const { signal } = this.#end;
    const { promise: given, resolve } = Promise.withResolvers<SendResult>();
    const giveUp = (): void => resolve(sendResult("failed", "the gateway stops"));
    signal.addEventListener("abort", giveUp);
    try {
      return await Promise.race([channels[name].send(letter, signal), given]);
    } catch (error) {
      return sendResult("failed", describeError(error));
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  async #noteAttempt(name: ChannelName, { outcome, reply }: SendResult): Promise<Attempts> {
    const { ledger, attempts } = this.#stateOf(name);
    const nowMs = this.#parts.clock.nowMs();
    const now: Attempts =
      outcome === "delivered"
        ? { lastAttemptMs: nowMs, lastDeliveredMs: nowMs, outcome, failures: 0 }
        : { ...attempts, lastAttemptMs: nowMs, outcome, failures: attempts.failures + 1 };
    this.#states.set(name, { ledger, attempts: now });
    if (outcome === "delivered") this.#reasons.delete(name);
    else this.#reasons.set(name, reply);
    await this.#write();
    return now;
  }

  /** A disk that is full is what there is to tell of, so it must not keep anybody from telling. */
  async #write(): Promise<void> {
    try {
      await this.#record.write(this.#states);
    } catch (error) {
      this.#parts.log.event("notify/not-noted", { cause: describeError(error) });
    }
  }

  #configured(): readonly ChannelName[] {
    return channelNames.filter((name) => this.#parts.channels[name].isConfigured);
  }

  #stateOf(name: ChannelName): ChannelState {
    return this.#states.get(name) ?? { ledger: emptyLedger, attempts: noAttempts };
  }

  #takeTest(name: ChannelName): void {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#testedAtMs = this.#testedAtMs.filter((atMs) => nowMs - atMs < limits.testMessageWindowMs);
    if (this.#testing.has(name) || this.#testedAtMs.length >= limits.testMessagesPerWindow)
      throw new PosternError("api/too-many", "a test notice is under way, or there were many; wait a minute");
    this.#testing.add(name);
    this.#testedAtMs = [...this.#testedAtMs, nowMs];
  }

  /** The next look, at the latest then. */
  #schedule(waitMs: number): void {
    if (this.#end.signal.aborted) return;
    const atMs = this.#parts.clock.monotonicMs() + waitMs;
    if (this.#timer !== undefined && this.#timerAtMs <= atMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.look();
    }, waitMs);
    this.#timer.unref();
  }
}

/** After a restart the record has ids alone. */
function withNames(notice: Notice, mailboxName: NoticeDeskParts["mailboxName"]): Notice {
  const named = (entries: Notice["began"]): Notice["began"] =>
    entries.map((entry) => {
      const { mailbox, mailboxName: known } = entry.subject;
      if (mailbox === null || known !== null) return entry;
      return { ...entry, subject: { ...entry.subject, mailboxName: mailboxName(mailbox) ?? null } };
    });
  const { began, passed, lasting, ended } = notice;
  return { began: named(began), passed: named(passed), lasting: named(lasting), ended: named(ended) };
}
