// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { PosternError } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { TestMessageResult } from "./shapes.ts";

/** Delivers content to one recipient over the gateway's own listener. Bounded in time. */
export type TestDelivery = (
  recipient: string,
  content: Buffer,
) => Promise<
  | { readonly kind: "answered"; readonly reply: TestReply }
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "no-listener" }
>;

interface TestReply {
  readonly code: number;
  readonly enhanced?: string;
  readonly lines: readonly string[];
}

/** The replies of the gateway that an administrator can do something about, by code and enhanced code. */
const causes: Readonly<Record<string, TestMessageResult["cause"]>> = {
  "450 4.2.1": "mailbox-suspended",
  "550 5.7.1": "peer-not-allowed",
  "452 4.3.1": "disk-low",
  "451 4.3.0": "store-failing",
  "421 4.7.0": "too-busy",
};

/** Makes and sends test messages, one at a time for each mailbox and not too many. */
export class TestMessages {
  readonly #deliver: TestDelivery;
  readonly #clock: Clock;
  readonly #hostName: string;
  readonly #underWay = new Set<MailboxId>();
  #sentAtMs: readonly number[] = [];

  constructor(parts: { readonly deliver: TestDelivery; readonly clock: Clock; readonly hostName: string }) {
    this.#deliver = parts.deliver;
    this.#clock = parts.clock;
    this.#hostName = parts.hostName;
  }

  /** Throws `api/too-many`. */
  async send(mailbox: MailboxId, address: string): Promise<TestMessageResult> {
    this.#take(mailbox);
    const messageId = `${randomUUID()}@${this.#hostName}`;
    const startedMs = this.#clock.monotonicMs();
    try {
      const content = this.#compose(address, messageId);
      const result = verdictOf(await this.#deliver(address, content));
      return { ...result, tookMs: Math.round(this.#clock.monotonicMs() - startedMs), messageId };
    } finally {
      this.#underWay.delete(mailbox);
    }
  }

  #take(mailbox: MailboxId): void {
    const nowMs = this.#clock.monotonicMs();
    this.#sentAtMs = this.#sentAtMs.filter((atMs) => nowMs - atMs < limits.testMessageWindowMs);
    if (this.#underWay.has(mailbox) || this.#sentAtMs.length >= limits.testMessagesPerWindow)
      throw new PosternError("api/too-many", "a test message is under way, or there were many; wait a minute");
    this.#underWay.add(mailbox);
    this.#sentAtMs = [...this.#sentAtMs, nowMs];
  }

  /** RFC 5322 §3.6; `Auto-Submitted`, so that nothing answers it. */
  #compose(address: string, messageId: string): Buffer {
    const date = new Date(this.#clock.nowMs()).toUTCString().replace("GMT", "+0000");
    const lines = [
      `Date: ${date}`,
      `From: Postern <postern@${this.#hostName}>`,
      `To: <${address}>`,
      "Subject: Postern test message",
      `Message-ID: <${messageId}>`,
      "Auto-Submitted: auto-generated",
      "X-Postern-Test: yes",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii",
      "",
      "This is a test message. The gateway sent it to itself, over its own SMTP",
      "listener with STARTTLS, because an administrator asked for it.",
      "",
      "That it can be read shows that the mailbox takes mail, seals it, and hands",
      "it out to whoever has its password. It may be removed.",
      "",
    ];
    return Buffer.from(lines.join("\r\n"), "ascii");
  }
}

type Verdict = Pick<TestMessageResult, "outcome" | "reply" | "cause">;

function verdictOf(result: Awaited<ReturnType<TestDelivery>>): Verdict {
  switch (result.kind) {
    case "no-listener":
      return { outcome: "failed", cause: "no-listener", reply: "the gateway has no SMTP listener" };
    case "failed":
      return { outcome: "failed", cause: "no-answer", reply: result.text };
    case "answered": {
      const { code, enhanced, lines } = result.reply;
      const codes = enhanced === undefined ? String(code) : `${code} ${enhanced}`;
      const reply = `${codes} ${lines.join(" ")}`;
      if (code < 300) return { outcome: "accepted", cause: "accepted", reply };
      return { outcome: "refused", cause: causes[codes] ?? "other", reply };
    }
  }
}
