// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { loggedErrors } from "../../../notify/attention.ts";
import type { EventFeed } from "../../../observe/event-feed.ts";
import { activity, activityQuery } from "../../activity-operation.ts";
import { overview } from "../../overview-operation.ts";
import { gatewayStatus } from "../../shapes.ts";
import { eventStream } from "../event-stream.ts";
import { type Route, route } from "../route.ts";

/** How the gateway does, and what happens. */
export function statusRoutes(feed: EventFeed): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/status",
      access: "status:read",
      name: "getStatus",
      summary: "Does it run, does it take mail, how much waits",
      answer: gatewayStatus,
      run: async ({ run }) => ({ body: await run("status", {}) }),
    }),
    route({
      method: "GET",
      path: "/overview",
      access: "status:read",
      name: "getOverview",
      summary: "Is everything well: what waits, what came and went in a day, and what somebody should look at",
      answer: overview,
      async run({ run }) {
        const seen = await run("overview", {});
        return { body: { ...seen, attention: [...seen.attention, ...loggedErrors(feed)] } };
      },
    }),
    route({
      method: "GET",
      path: "/activity",
      access: "status:read",
      name: "getActivity",
      summary: "What came, was pulled, removed and refused over time, in a mailbox or in all together",
      query: z.strictObject({ ...activityQuery.shape, mailbox: z.string().optional() }),
      answer: activity,
      run: async ({ run, query }) => ({ body: await run("activity", query) }),
    }),
    route({
      method: "GET",
      path: "/events",
      access: "events:read",
      name: "followEvents",
      summary: "What happens, as it happens: the events of the log, as server-sent events",
      requestHeaders: { "last-event-id": "The id of the last event that was seen; those after it come first." },
      answer: { mediaType: "text/event-stream" },
      async run({ header, caller }) {
        const seen = header("last-event-id");
        const lastId = seen !== undefined && /^\d{1,15}$/.test(seen) ? Number(seen) : undefined;
        const { stillValid } = caller();
        return {
          stream: eventStream(feed, { lastId, stillValid }),
          headers: { "content-type": "text/event-stream; charset=utf-8" },
        };
      },
    }),
  ];
}
