// SPDX-License-Identifier: Apache-2.0
import { environmentName } from "./check.ts";
import { schema } from "./schema.ts";
import type { Section, Setting } from "./setting.ts";

const sections: Readonly<Record<string, Section>> = schema;

/** An annotated configuration: every setting with its meaning and default, all commented out, so that it changes nothing. */
export function exampleConfiguration(): string {
  const head = [
    "# Configuration of Postern. Every setting is here with its default; take away the # to change one.",
    "# Each can be overridden by an environment variable, POSTERN_<SECTION>_<KEY>.",
    "# Changes take effect at the next start. `postern config check FILE` tells whether a gateway would start from it.",
  ];
  const parts = Object.entries(sections).map(([name, section]) =>
    [
      "",
      ...comment(section.help),
      `[${name}]`,
      ...Object.entries(section.settings).flatMap(([key, setting]) => exampleLines(key, setting)),
    ].join("\n"),
  );
  return `${[...head, ...parts].join("\n")}\n`;
}

/** The manual page of all settings, in Markdown. */
export function configurationManual(): string {
  const parts = Object.entries(sections).map(([name, section]) =>
    [
      `## ${name}`,
      "",
      section.help,
      ...Object.entries(section.settings).flatMap(([key, setting]) => manualLines(name, key, setting)),
    ].join("\n"),
  );
  return `${[manualHead, ...parts].join("\n\n")}\n`;
}

/** A value as TOML writes it. */
export function tomlValue(value: NonNullable<Setting["default"]>): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each) => JSON.stringify(each)).join(", ")}]`;
  return typeof value === "object" ? "{}" : String(value);
}

const manualHead = `# Configuration

Made by \`npm run make\` from \`src/config/schema.ts\`; do not edit.

Postern reads one TOML file, \`postern.toml\` (\`--config FILE\` names another). Without a file all defaults apply.
[examples/postern.toml](../examples/postern.toml) has every setting; \`postern config example\` prints the same.

- **Environment.** Each setting can be overridden by the variable that stands beside it; lists are separated by commas,
  tables are written \`name=value,name=value\`.
- **Order.** Defaults, then the file, then what was changed in the console (\`settings.toml\` in the data directory), then the
  environment, then options of the command line. \`postern config show\` tells where each value comes from.
- **Console.** \`settings.toml\` belongs to the console. If a value in it keeps the gateway from starting, take its line
  away: the file is checked like the other one. Paths are never changed there: who signs in over HTTPS names no files.
- **Errors.** An unknown setting is refused, with the nearest name. All errors are told at once, each with its line, and
  nothing of a faulty configuration is applied. \`postern config check FILE\` does this without starting anything.
- **Units.** Sizes: \`B\`, \`KiB\`, \`MiB\`, \`GiB\`, \`TiB\` (and the decimal \`KB\`, \`MB\`, \`GB\`, \`TB\`). Times: \`ms\`, \`s\`, \`min\`,
  \`h\`, \`d\`. The unit is required.
- **Paths.** Relative ones count from the working directory.
- **Taking effect.** The file is read at the start. A change in the console works at once where it says so, else at the next
  start.`;

function exampleLines(key: string, setting: Setting): readonly string[] {
  const value =
    setting.default === undefined ? `""   # default: ${setting.derivedFrom ?? ""}` : tomlValue(setting.default);
  return ["", ...comment(`${setting.help} (${setting.type.name})`), `#${key} = ${value}`];
}

function manualLines(section: string, key: string, setting: Setting): readonly string[] {
  return [
    "",
    `### ${section}.${key}`,
    "",
    setting.help,
    "",
    `- ${setting.type.name}`,
    `- default: ${setting.default === undefined ? (setting.derivedFrom ?? "") : `\`${tomlValue(setting.default)}\``}`,
    `- environment: \`${environmentName(section, key)}\``,
    ...(setting.reload === "live" ? ["- a change in the console works at once"] : []),
  ];
}

/** Comment lines of at most 100 columns. */
function comment(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > 100) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
