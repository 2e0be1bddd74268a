// SPDX-License-Identifier: Apache-2.0
import type { z } from "zod";
import { PosternError } from "../base/errors.ts";
import type { NoticeDesk } from "../notify/notice-desk.ts";
import { type noticeChannel, noticeTest, noticeTestResult } from "./notice-shapes.ts";
import { operation } from "./operation.ts";

/** Whether notices arrive, tried instead of hoped. */
export const sendTestNotice = operation({
  input: noticeTest,
  output: noticeTestResult,
  changes: true,
  async run(context, { channel: name }) {
    const { notices, audit } = context;
    if (notices === undefined)
      throw new PosternError("admin/unreachable", "a test notice needs a running gateway: start it first");
    context.report("sending a test notice");
    const startedMs = performance.now();
    const { outcome, reply } = await notices.test(name);
    await audit.note(context, { action: "notice.tested", subject: name, after: { outcome, reply } });
    return { channel: name, outcome, reply, tookMs: Math.round(performance.now() - startedMs) };
  },
});

/** The channels that somebody set up. */
export function noticeChannels(notices: NoticeDesk | undefined): readonly z.infer<typeof noticeChannel>[] {
  return (notices?.views ?? []).map(({ channel: name, lastAttemptMs, lastDeliveredMs, outcome, failures, reason }) => ({
    channel: name,
    lastAttemptAt: isoOf(lastAttemptMs),
    lastDeliveredAt: isoOf(lastDeliveredMs),
    outcome,
    failures,
    reason,
  }));
}

function isoOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
