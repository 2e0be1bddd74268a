// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import type { EventFeed } from "../../observe/event-feed.ts";
import { describeApi } from "./openapi.ts";
import { type Route, route } from "./route.ts";
import { accountRoutes } from "./routes/account-routes.ts";
import { auditRoutes } from "./routes/audit-routes.ts";
import { certificateRoutes } from "./routes/certificate-routes.ts";
import type { SignInStages } from "./routes/entering.ts";
import { mailboxRoutes } from "./routes/mailbox-routes.ts";
import { noticeRoutes } from "./routes/notice-routes.ts";
import { secondFactorRoutes } from "./routes/second-factor-routes.ts";
import { settingsRoutes } from "./routes/settings-routes.ts";
import { signInRoutes } from "./routes/sign-in-routes.ts";
import { statusRoutes } from "./routes/status-routes.ts";
import { trafficRoutes } from "./routes/traffic-routes.ts";

/** Every route of the API, listed once: for the server, its description and the test that walks them. */
export function apiRoutes(
  stages: SignInStages & { readonly feed: EventFeed; readonly version: string },
): readonly Route[] {
  const routes = [
    ...signInRoutes(stages),
    ...secondFactorRoutes(stages),
    ...statusRoutes(stages.feed),
    ...mailboxRoutes(),
    ...trafficRoutes(),
    ...accountRoutes(),
    ...auditRoutes(stages.audit),
    ...settingsRoutes(),
    ...noticeRoutes(),
    ...certificateRoutes(),
  ];
  return [...routes, description(routes, stages.version)];
}

/** For programs and for people who write them: it says what is there, to anybody, as the manual does. */
function description(routes: readonly Route[], version: string): Route {
  const self: Route = route({
    method: "GET",
    path: "/openapi.json",
    access: "public",
    name: "describeApi",
    summary: "This description, in OpenAPI 3.1",
    answer: z.record(z.string(), z.unknown()),
    run: async () => ({ body: document }),
  });
  const document = describeApi([...routes, self], version);
  return self;
}
