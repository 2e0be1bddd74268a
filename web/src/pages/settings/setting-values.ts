// SPDX-License-Identifier: Apache-2.0
import type { Answers } from "../../api/schema.ts";
import { linesOf } from "../../mailbox/field-errors.ts";

export type Settings = Answers["listSettings"];
export type Section = Settings["sections"][number];
export type Setting = Section["settings"][number];

/** A value as a person reads and types it: an entry of a list or a table a line. */
export function textOf({ form }: Setting, value: unknown): string {
  if (value === null || value === undefined) return "";
  switch (form.kind) {
    case "list":
      return Array.isArray(value) ? value.map(entryOf).join("\n") : entryOf(value);
    case "table":
    case "path":
      return typeof value === "object"
        ? Object.entries(value)
            .map(([name, each]) => `${name} = ${entryOf(each)}`)
            .join("\n")
        : entryOf(value);
    default:
      return entryOf(value);
  }
}

/** What the gateway takes for what was typed. It checks: a number that is none goes as it is, to be told so. */
export function valueOf({ form, default: standard }: Setting, text: string): unknown {
  // Nothing is what a setting has that may be absent.
  if (form.kind === "text" && standard === null && text.trim() === "") return null;
  switch (form.kind) {
    case "flag":
      return text === "true";
    case "number":
      return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : text.trim();
    case "list":
      return linesOf(text);
    case "table":
      return Object.fromEntries(
        linesOf(text).map((line) => {
          const [name = "", ...rest] = line.split("=");
          return [name.trim(), rest.join("=").trim()];
        }),
      );
    default:
      return text.trim();
  }
}

function entryOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
