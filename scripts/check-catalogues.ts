// SPDX-License-Identifier: Apache-2.0
/**
 * Every error code is raised, every log event reported, every setting read by the code that it is for.
 * The type checker sees to the reverse: an unknown one does not compile. Run by `npm run check`.
 */
import { errorCatalogue } from "../src/base/errors.ts";
import { reasonCatalogue } from "../src/base/reasons.ts";
import { schema } from "../src/config/schema.ts";
import { fieldName, type Section } from "../src/config/setting.ts";
import { logEvents } from "../src/observe/events.ts";
import { isTest, readSourceFiles, report, type SourceFile } from "./source-files.ts";

const catalogues: ReadonlySet<string> = new Set([
  "src/base/errors.ts",
  "src/base/reasons.ts",
  "src/observe/events.ts",
  "src/base/limits.ts",
]);

/** What stands in a catalogue and is used nowhere in `files`, a line each. */
export function findUnused(
  files: readonly SourceFile[],
  names: { readonly errors: Iterable<string>; readonly events: Iterable<string>; readonly fields: Iterable<string> },
): readonly string[] {
  const used = files.filter(({ path }) => !isTest(path) && !catalogues.has(path));
  const quoted = (code: string): boolean => used.some(({ text }) => text.includes(`"${code}"`));
  // `limits.smtpIdleMs` is the default in base/limits.ts; `configuration.limits.smtpIdleMs` is the setting.
  const outside = used
    .filter(({ path }) => !path.startsWith("src/config/"))
    .map(({ text }) => text.replaceAll(/(?<!configuration\.)\blimits\.\w+/g, ""));
  const read = (field: string): boolean => outside.some((text) => new RegExp(`\\b${field}\\b`).test(text));
  return [
    ...[...names.errors].filter((code) => !quoted(code)).map((code) => `a catalogue: nothing raises ${code}`),
    ...[...names.events].filter((code) => !quoted(code)).map((code) => `events.ts: nothing reports ${code}`),
    ...[...names.fields].filter((field) => !read(field)).map((field) => `schema.ts: nothing reads ${field}`),
  ];
}

function settingFields(): readonly string[] {
  const sections: readonly (readonly [string, Section])[] = Object.entries(schema);
  return sections.flatMap(([, { settings }]) =>
    Object.entries(settings).map(([key, setting]) => fieldName(key, setting)),
  );
}

if (import.meta.main) {
  const names = {
    errors: [...Object.keys(errorCatalogue), ...Object.keys(reasonCatalogue)],
    events: Object.keys(logEvents),
    fields: settingFields(),
  };
  report(findUnused(readSourceFiles("src", [".ts"]), names), "Every error, event and setting is used.");
}
