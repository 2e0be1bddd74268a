// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import * as shapes from "../../settings/settings-shapes.ts";
import { ifMatchHeader, tagOf, versionOf } from "../if-match.ts";
import { type Route, route } from "../route.ts";

/** The settings of the gateway, as its one schema describes them. */
export function settingsRoutes(): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/settings",
      access: "settings:read",
      name: "listSettings",
      summary: "Every setting with its meaning, its value, where that comes from, and whether a change works at once",
      answer: shapes.settingsView,
      async run({ run }) {
        const settings = await run("settings.list", {});
        return { body: settings, headers: tagOf(settings) };
      },
    }),
    route({
      method: "PATCH",
      path: "/settings",
      access: "settings:write",
      name: "changeSettings",
      summary: "Change settings by name, all or none; null gives one back to the file or the default",
      body: z.strictObject({ settings: shapes.settingsValues }),
      requestHeaders: ifMatchHeader,
      answer: shapes.settingsView,
      async run({ run, body, header }) {
        const settings = await run("settings.change", { ...body, ...versionOf(header, "config/changed-meanwhile") });
        return { body: settings, headers: tagOf(settings) };
      },
    }),
  ];
}
