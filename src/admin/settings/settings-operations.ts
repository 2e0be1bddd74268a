// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../../base/errors.ts";
import { environmentName, type GivenValue } from "../../config/check.ts";
import type { LiveSettings } from "../../config/live-settings.ts";
import { fieldOf } from "../../config/live-view.ts";
import { schema } from "../../config/schema.ts";
import { fieldName, type Section, type Setting } from "../../config/setting.ts";
import { type OperationContext, operation } from "../operation.ts";
import { nothing } from "../shapes.ts";
import * as shapes from "./settings-shapes.ts";

export const listSettings = operation({
  input: nothing,
  output: shapes.settingsView,
  run: async (context) => describeSettings(settingsOf(context)),
});

export const changeSettings = operation({
  input: shapes.settingsChange,
  output: shapes.settingsView,
  changes: true,
  async run(context, { settings, version }) {
    const live = settingsOf(context);
    const { before, after } = await live.change(settings, version);
    context.log.event("settings/changed", { settings: Object.keys(settings).join(" "), actor: context.actor });
    await context.audit.note(context, { action: "settings.changed", subject: "settings", before, after });
    return describeSettings(live);
  },
});

/** Throws `admin/unreachable`: settings are changed in a running gateway, or in the file. */
export function settingsOf({ settings }: Pick<OperationContext, "settings">): LiveSettings {
  if (settings === undefined)
    throw new PosternError("admin/unreachable", "only a running gateway changes its settings");
  return settings;
}

/** Every setting with where its value comes from, made from the schema. */
export function describeSettings(live: LiveSettings): shapes.SettingsView {
  const sections: Readonly<Record<string, Section>> = schema;
  const waiting = new Set(live.waiting);
  return {
    version: live.version,
    sections: Object.entries(sections).map(([name, { help, settings }]) => ({
      name,
      help,
      settings: Object.entries(settings).map(([key, setting]) => describe({ name, key, setting }, live, waiting)),
    })),
    waiting: [...waiting],
  };
}

function describe(
  { name: section, key, setting }: { readonly name: string; readonly key: string; readonly setting: Setting },
  { checked }: LiveSettings,
  waiting: ReadonlySet<string>,
): shapes.SettingView {
  const name = `${section}.${key}`;
  const given = checked.given.get(name);
  const derived = (): unknown => fieldOf(checked.configuration, section, fieldName(key, setting)) ?? null;
  return {
    name,
    key,
    help: setting.help,
    type: setting.type.name,
    form: setting.type.form,
    default: setting.default ?? null,
    derivedFrom: setting.derivedFrom ?? null,
    value: given?.value ?? setting.default ?? derived(),
    origin: given?.origin ?? "default",
    environment: environmentName(section, key),
    live: setting.reload === "live",
    waiting: waiting.has(name),
    fixedBy: setting.heldBy !== undefined && checked.given.has(setting.heldBy) ? "secret" : fixedBy(setting, given),
  };
}

function fixedBy(setting: Setting, given: GivenValue | undefined): shapes.SettingView["fixedBy"] {
  if (given?.origin === "environment" || given?.origin === "options") return given.origin;
  return setting.type.form.kind === "path" ? "path" : null;
}
