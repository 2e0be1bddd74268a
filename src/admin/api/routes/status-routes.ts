// SPDX-License-Identifier: Apache-2.0
import { gatewayStatus } from "../../shapes.ts";
import { type Route, route } from "../route.ts";

export function statusRoutes(): readonly Route[] {
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
  ];
}
