// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../base/limits.ts";
import type { Attention, AttentionCode } from "./attention.ts";
import {
  type ChannelLedger,
  delivered,
  dueNotice,
  type EndedHow,
  emptyLedger,
  type Notice,
  observe,
  pauseMs,
} from "./channel-ledger.ts";
import { type NoticeKind, noticeKinds, type Subject, subjectOf } from "./subject.ts";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

/** A channel with a clock that the test sets. */
class Told {
  nowMs = Date.parse("2026-01-05T08:00:00Z");
  ledger: ChannelLedger = emptyLedger;
  kinds: readonly NoticeKind[] = noticeKinds;
  how: EndedHow = "well";

  see(...subjects: readonly Subject[]): this {
    const present = { subjects, howEnded: () => this.how };
    this.ledger = observe(this.ledger, present, { kinds: this.kinds, nowMs: this.nowMs });
    return this;
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** What is due now, without sending it. */
  get due(): Notice | undefined {
    const due = dueNotice(this.ledger, this.nowMs);
    return due !== undefined && due.dueMs <= this.nowMs ? due.notice : undefined;
  }

  /** Sends what is due; each part by its keys. */
  send(): Readonly<Record<keyof Notice, readonly string[]>> | undefined {
    const notice = this.due;
    if (notice === undefined) return undefined;
    this.ledger = delivered(this.ledger, notice, this.nowMs);
    const keys = (part: keyof Notice): readonly string[] => notice[part].map(({ subject }) => subject.key);
    return { began: keys("began"), passed: keys("passed"), lasting: keys("lasting"), ended: keys("ended") };
  }
}

function subject(code: AttentionCode, more: Partial<Attention> = {}): Subject {
  return subjectOf({ code, severity: "error", mailbox: null, mailboxName: null, at: null, values: {}, ...more });
}

const failing = subject("store-failing");
const full = subject("disk-low");
const nothing = { began: [], passed: [], lasting: [], ended: [] };

function logged(event: string): Subject {
  return subject("error-logged", { values: { event, text: "a text" } });
}

test("one notice when it begins, one when it is over, and none between", () => {
  const told = new Told().see(failing);
  assert.equal(told.due, undefined, "it waits for company");
  assert.deepEqual(
    told
      .after(3 * second)
      .see(failing)
      .send(),
    { ...nothing, began: ["store-failing"] },
  );
  assert.equal(told.after(hour).see(failing).send(), undefined);
  assert.equal(told.after(hour).see().send(), undefined, "it waits for company");
  assert.deepEqual(
    told
      .after(3 * second)
      .see()
      .send(),
    { ...nothing, ended: ["store-failing"] },
  );
  assert.equal(
    told
      .after(10 * day)
      .see()
      .send(),
    undefined,
  );
  assert.equal(told.ledger.entries.size, 0);
});

test("what begins together goes in one notice", () => {
  const told = new Told()
    .see(failing)
    .after(2 * second)
    .see(failing, full)
    .after(second)
    .see(failing, full);
  assert.deepEqual(told.send(), { ...nothing, began: ["store-failing", "disk-low"] });
  assert.equal(told.send(), undefined);
});

test("what ends goes with what begins", () => {
  const told = new Told().see(failing).after(3 * second);
  told.send();
  told
    .see(full)
    .after(3 * second)
    .see(full);
  assert.deepEqual(told.send(), { ...nothing, began: ["disk-low"], ended: ["store-failing"] });
});

test("a reminder once a day while it lasts, for everything in one", () => {
  const told = new Told().see(failing).after(3 * second);
  told.send();
  told
    .after(6 * hour)
    .see(failing, full)
    .after(3 * second);
  told.send();
  assert.equal(
    told
      .after(18 * hour - 7 * second)
      .see(failing, full)
      .send(),
    undefined,
  );
  const reminded: string[][] = [];
  for (let hours = 0; hours < 3 * 24; hours++) {
    const sent = told.after(hour).see(failing, full).send();
    if (sent !== undefined) reminded.push([...sent.lasting]);
  }
  // The second began too late for the first reminder, and waits for the next.
  assert.deepEqual(reminded, [["store-failing"], ["store-failing", "disk-low"], ["store-failing", "disk-low"]]);
});

test("what comes back before anybody was told that it is over goes on", () => {
  const told = new Told().see(failing).after(3 * second);
  told.send();
  told
    .see()
    .after(2 * second)
    .see(failing)
    .after(minute)
    .see(failing);
  assert.equal(told.send(), undefined);
  assert.equal(
    told
      .see()
      .after(3 * second)
      .send()?.ended.length,
    1,
  );
});

test("what begins and ends while the channel is away is told as past, in order and bounded", () => {
  const told = new Told().see(failing).after(minute).see().after(hour).see();
  assert.deepEqual(told.send(), { ...nothing, passed: ["store-failing"] });
  assert.equal(told.ledger.entries.size, 0);
  for (let number = 0; number < limits.noticesPassedKept + 5; number++)
    told.see(subject("mailbox-quiet", { mailbox: `mbx-${number}` })).after(minute);
  told.see();
  assert.equal(told.ledger.entries.size, limits.noticesPassedKept);
  assert.ok(!told.ledger.entries.has("mailbox-quiet mbx-4"), "the oldest is forgotten");
  assert.ok(told.ledger.entries.has("mailbox-quiet mbx-5"));
});

test("an error of the log is told once a day, again only when it happened again, and has no all-clear", () => {
  const told = new Told()
    .see(logged("pop3/damaged"))
    .after(3 * second)
    .see();
  assert.deepEqual(told.send()?.began, ["error-logged pop3/damaged"]);
  assert.equal(told.after(hour).see().send(), undefined, "no all-clear");
  assert.equal(told.after(hour).see(logged("pop3/damaged")).send(), undefined, "not the same day");
  assert.deepEqual(
    told
      .after(22 * hour)
      .see()
      .send()?.lasting,
    ["error-logged pop3/damaged"],
  );
  assert.equal(
    told
      .after(2 * day)
      .see()
      .send(),
    undefined,
  );
  assert.equal(told.ledger.entries.size, 0);
  told.see(logged("pop3/damaged")).after(3 * second);
  assert.deepEqual(told.send()?.began, ["error-logged pop3/damaged"]);
});

test("six notices an hour; what is beyond gathers and goes in one", () => {
  const told = new Told();
  const all: Subject[] = [];
  const sent: number[] = [];
  for (let number = 0; number < 60; number++) {
    all.push(subject("mailbox-not-pulled", { mailbox: `mbx-${number}` }));
    const notice = told
      .see(...all)
      .after(minute)
      .send();
    if (notice !== undefined) sent.push(notice.began.length);
  }
  assert.deepEqual(sent, [1, 1, 1, 1, 1, 1]);
  assert.equal(
    told
      .after(minute)
      .see(...all)
      .send()?.began.length,
    54,
  );
});

test("a channel hears of the kinds that it is to hear of; one that is left out goes without a word", () => {
  const told = new Told();
  told.kinds = ["disk"];
  assert.deepEqual(
    told
      .see(failing, full)
      .after(3 * second)
      .send()?.began,
    ["disk-low"],
  );
  told.kinds = ["store"];
  told.see(full).after(day).see(full);
  assert.equal(told.send(), undefined);
});

test("what changes while a notice is under way is told by the next", () => {
  const told = new Told().see(failing).after(3 * second);
  told.send();
  told.see().after(3 * second);
  const over = told.due;
  assert.ok(over !== undefined);
  told.after(second).see(failing);
  told.ledger = delivered(told.ledger, over, told.nowMs);
  assert.deepEqual(
    told
      .after(3 * second)
      .see(failing)
      .send()?.began,
    ["store-failing"],
  );

  told.see(failing, full).after(3 * second);
  const began = told.due;
  assert.ok(began !== undefined);
  told.see(failing);
  told.ledger = delivered(told.ledger, began, told.nowMs);
  assert.deepEqual(told.after(3 * second).send()?.ended, ["disk-low"]);
});

test("how it ended is asked when it ends, not later", () => {
  const told = new Told().see(failing).after(3 * second);
  told.send();
  told.how = "unwatched";
  told.see();
  told.how = "well";
  assert.deepEqual(
    told
      .after(3 * second)
      .see()
      .due?.ended.map(({ how }) => how),
    ["unwatched"],
  );
});

test("the pause after a failure doubles, up to an hour", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => pauseMs(failures) / minute),
    [1, 2, 4, 8, 16, 32, 60, 60],
  );
});
