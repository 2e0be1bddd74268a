// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { channelNames } from "../notify/channel.ts";

const channel = z.enum(channelNames);

export const noticeTest = z.strictObject({ channel });

/** What came of a test notice. */
export const noticeTestResult = z.object({
  channel,
  /** `failed`: there was no verdict. */
  outcome: z.enum(["delivered", "refused", "failed"]),
  /** What the mail server or the webhook said, or how far it came. */
  reply: z.string(),
  tookMs: z.number(),
});
export type NoticeTestResult = z.infer<typeof noticeTestResult>;

/** How a channel of notices does. */
export const noticeChannel = z.object({
  channel,
  lastAttemptAt: z.string().nullable(),
  lastDeliveredAt: z.string().nullable(),
  outcome: z.enum(["delivered", "refused", "failed"]).nullable(),
  /** Failures in a row. */
  failures: z.number(),
  /** Why the last attempt failed, as far as it is known since the start. */
  reason: z.string().nullable(),
});
