// SPDX-License-Identifier: Apache-2.0
import { noticeTest, noticeTestResult } from "../../notice-shapes.ts";
import { type Route, route } from "../route.ts";

/** Notices to administrators. Who gets them is a matter of the settings. */
export function noticeRoutes(): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/notifications/test",
      access: "settings:write",
      name: "sendTestNotice",
      summary: "Send a test notice by e-mail or webhook, and hear what the other side said",
      body: noticeTest,
      answer: noticeTestResult,
      run: async ({ run, body }) => ({ body: await run("notify.test", body) }),
    }),
  ];
}
