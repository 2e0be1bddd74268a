// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";

/** A value as the configuration file has it; `null`: there is none. */
const written = z.unknown();

const origin = z.enum(["default", "file", "console", "environment", "options"]);

/** How a form asks for a value. */
const form = z.object({
  kind: z.enum(["text", "flag", "path", "list", "table", "choice", "number"]),
  choices: z.array(z.string()).readonly().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});

export const settingView = z.object({
  /** `section.key`, as PATCH takes it. */
  name: z.string(),
  key: z.string(),
  help: z.string(),
  /** In words, with its limits. */
  type: z.string(),
  form,
  default: written,
  /** Where the default comes from when it is none that could be written down. */
  derivedFrom: z.string().nullable(),
  value: written,
  origin,
  /** The variable that would win over the file and the console. */
  environment: z.string(),
  /** Whether a change works at once; else at the next start. */
  live: z.boolean(),
  /** Its change waits for a start. */
  waiting: z.boolean(),
  /** Why it cannot be changed here; `null`: it can. */
  fixedBy: z.enum(["path", "secret", "environment", "options"]).nullable(),
});

export const settingsView = z.object({
  version: z.string(),
  sections: z
    .array(z.object({ name: z.string(), help: z.string(), settings: z.array(settingView).readonly() }))
    .readonly(),
  /** What waits for a start. */
  waiting: z.array(z.string()).readonly(),
});

/** By name; `null` takes the console's own value away, so that the file or the default holds again. */
export const settingsValues = z.record(z.string().max(100), z.unknown());

export const settingsChange = z.strictObject({
  /** The one that was seen; without it, whatever is there is changed. */
  version: z.string().optional(),
  settings: settingsValues,
});

export type SettingView = z.output<typeof settingView>;
export type SettingsView = z.output<typeof settingsView>;
