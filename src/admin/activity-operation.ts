// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type ActivityHour, hourMs } from "../store/activity-hours.ts";
import { operation } from "./operation.ts";
import { mailboxId } from "./shapes.ts";

const stepsMs = { hour: hourMs, day: 24 * hourMs } as const;

export const activityQuery = z.strictObject({
  /** Without it, all mailboxes together. */
  mailbox: mailboxId.optional(),
  from: z.iso.datetime({ offset: true }),
  /** Default: now. */
  to: z.iso.datetime({ offset: true }).optional(),
  step: z.enum(["hour", "day"]).default("hour"),
});

const point = z.object({
  /** Its start; days are those of UTC. */
  at: z.string(),
  received: z.number(),
  receivedBytes: z.number(),
  pulled: z.number(),
  removed: z.number(),
  refused: z.number(),
});

export const activity = z.object({ step: z.enum(["hour", "day"]), points: z.array(point).readonly() });

/** What came and went over time, without gaps: a point for every hour or day of the span, the running one included. */
export const showActivity = operation({
  input: activityQuery,
  output: activity,
  async run({ mailboxes, store }, { mailbox, from, to, step }) {
    if (mailbox !== undefined && mailboxes.find(mailbox) === undefined)
      throw new PosternError("mailbox/unknown", mailbox);
    const stepMs = stepsMs[step];
    const fromMs = Math.floor(Date.parse(from) / stepMs) * stepMs;
    const toMs = to === undefined ? Date.now() : Date.parse(to);
    const count = Math.ceil((toMs - fromMs) / stepMs);
    if (count < 1) throw new PosternError("admin/bad-request", "query.to: the end comes before the start");
    if (count > limits.activityPoints) {
      const text = `query.from: ${count} points; ask for at most ${limits.activityPoints}, or by day`;
      throw new PosternError("admin/bad-request", text);
    }
    const hours = await store.activity(mailbox, { fromMs, toMs });
    const points = Array.from({ length: count }, (_, index) => emptyPoint(fromMs + index * stepMs));
    for (const hour of hours) {
      const place = points[Math.floor((hour.atMs - fromMs) / stepMs)];
      if (place !== undefined) add(place, hour);
    }
    return { step, points };
  },
});

type Sums = { -readonly [K in keyof Omit<ActivityHour, "atMs">]: number };

function emptyPoint(atMs: number): Sums & { readonly at: string } {
  return { at: new Date(atMs).toISOString(), received: 0, receivedBytes: 0, pulled: 0, removed: 0, refused: 0 };
}

function add(sums: Sums, hour: ActivityHour): void {
  sums.received += hour.received;
  sums.receivedBytes += hour.receivedBytes;
  sums.pulled += hour.pulled;
  sums.removed += hour.removed;
  sums.refused += hour.refused;
}

/** Of some hours together. */
export function sumOf(hours: readonly ActivityHour[]): Readonly<Sums> {
  const sums = emptyPoint(0);
  for (const hour of hours) add(sums, hour);
  return sums;
}
