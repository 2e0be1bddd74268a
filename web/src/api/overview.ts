// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { type Api, answerOf } from "./api.ts";
import type { Answers } from "./schema.ts";
import { useApi } from "./use-api.ts";

export type Overview = Answers["getOverview"];
export type Attention = Overview["attention"][number];
export type ActivityPoint = Answers["getActivity"]["points"][number];

/** How far back a picture of the activity goes. */
export const ranges = ["day", "week", "month"] as const;
export type Range = (typeof ranges)[number];

/** What is live is looked at this often while it is on the screen. */
export const liveEveryMs = 5_000;

const hourMs = 3_600_000;
const spans: Readonly<Record<Range, { readonly step: "hour" | "day"; readonly steps: number }>> = {
  day: { step: "hour", steps: 24 },
  week: { step: "day", steps: 7 },
  month: { step: "day", steps: 30 },
};

/** How the gateway is. The old answer stays on the screen until the new one is there. */
export function useOverview({ enabled = true }: { readonly enabled?: boolean } = {}) {
  return useQuery({ ...overviewQuery(useApi()), enabled, refetchInterval: liveEveryMs });
}

/** The question itself, so that it can be asked before there is a page. */
export function overviewQuery(api: Api) {
  return queryOptions({
    queryKey: ["overview"],
    queryFn: ({ signal }) => answerOf(api.GET("/overview", { signal })),
  });
}

/** What was received, pulled, removed and refused: by one mailbox, or by all. */
export function useActivity(range: Range, mailbox?: string) {
  const query = activityQuery(useApi(), range, mailbox);
  return useQuery({ ...query, refetchInterval: liveEveryMs, placeholderData: keepPreviousData });
}

/** What a picture of the activity opens with. */
export const firstRange: Range = "day";

export function activityQuery(api: Api, range: Range, mailbox?: string) {
  const { step, steps } = spans[range];
  return queryOptions({
    queryKey: ["activity", range, mailbox],
    queryFn: ({ signal }) => {
      const from = firstStep(Date.now(), step, steps);
      const query = { step, from, ...(mailbox === undefined ? {} : { mailbox }) };
      return answerOf(api.GET("/activity", { params: { query }, signal }));
    },
  });
}

/** Where the first of so many steps begins, the last of them being the one that `now` is in. */
function firstStep(now: number, step: "hour" | "day", steps: number): string {
  const stepMs = step === "hour" ? hourMs : 24 * hourMs;
  return new Date(Math.floor(now / stepMs) * stepMs - (steps - 1) * stepMs).toISOString();
}
