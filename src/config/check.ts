// SPDX-License-Identifier: Apache-2.0
import { parse as parseToml, TomlError } from "smol-toml";
import { plainReason, type Reason, reasonFor } from "../base/reasons.ts";
import { keyLines } from "./key-lines.ts";
import { nearest } from "./nearest.ts";
import { type Configuration, type SettingName, schema } from "./schema.ts";
import { fieldName, type Section } from "./setting.ts";

/** What is wrong with a configuration, and where. */
export interface ConfigurationProblem {
  /** `line 12: limits.smtp_idle`, or the environment variable, or the option that set the value. */
  readonly where: string;
  readonly reason: string;
  /** The reason for programs, where it is about the value of one setting. */
  readonly why?: Reason;
}

/** Everything that makes a configuration; what stands later in this list wins. */
export interface ConfigurationSources {
  /** The text of the TOML file. */
  readonly text?: string;
  /** What was changed in the console, in the same form. */
  readonly console?: string;
  /** Variables `POSTERN_<SECTION>_<KEY>` are taken from here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Values as the file would have them, from options of the command line or from a test. */
  readonly overrides?: Readonly<Partial<Record<SettingName, unknown>>>;
}

/** Where the value of a setting comes from: `options` are those of the command line. */
export type Origin = "file" | "console" | "environment" | "options";

/** A value that somebody gave, as it was written. */
export interface GivenValue {
  readonly origin: Origin;
  readonly value: unknown;
}

export interface ValidConfiguration {
  readonly ok: true;
  readonly configuration: Configuration;
  /** What is no default, by dotted name. */
  readonly given: ReadonlyMap<string, GivenValue>;
}

export type CheckedConfiguration =
  | ValidConfiguration
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] };

/** A value before its check, with the place that a problem names. */
interface Written {
  readonly where: string;
  readonly origin?: Origin;
  readonly value: unknown;
}

/** Of the settings that were changed in the console, in the data directory. */
export const consoleFile = "settings.toml";

const sections: Readonly<Record<string, Section>> = schema;
export const environmentPrefix = "POSTERN_";

/** Puts the sources together and checks every setting. All problems come at once; with one, there is no configuration. */
export function check(sources: ConfigurationSources): CheckedConfiguration {
  const problems: ConfigurationProblem[] = [];
  const written = new Map<string, Written>([
    ...fromFile(sources.text ?? "", "file", problems),
    ...fromFile(sources.console ?? "", "console", problems),
    ...fromEnvironment(sources.environment, problems),
    ...fromOverrides(sources.overrides ?? {}),
  ]);
  const values = checkValues(written, problems);
  if (problems.length === 0) problems.push(...crossProblems(values));
  if (problems.length > 0) return { ok: false, problems };
  const given = Array.from(
    written,
    ([name, { origin, value }]) => [name, { origin: origin ?? "options", value }] as const,
  );
  return { ok: true, configuration: assemble(values), given: new Map(given) };
}

/** The variable that overrides a setting. */
export function environmentName(section: string, key: string): string {
  return `${environmentPrefix}${section}_${key}`.toUpperCase();
}

function fromFile(text: string, origin: "file" | "console", problems: ConfigurationProblem[]): Map<string, Written> {
  const written = new Map<string, Written>();
  const place = origin === "console" ? `${consoleFile}, ` : "";
  const document = readToml(text, place, problems);
  const lines = keyLines(text);
  const where = (name: string): string => {
    const line = lines.get(name);
    return line === undefined ? name : `${place}line ${line}: ${name}`;
  };
  for (const [sectionName, content] of Object.entries(document)) {
    const section = Object.hasOwn(sections, sectionName) ? sections[sectionName] : undefined;
    if (section === undefined) {
      problems.push({ where: where(sectionName), reason: unknownText("section", sectionName, Object.keys(sections)) });
      continue;
    }
    if (!isTable(content)) {
      problems.push({ where: where(sectionName), reason: `must be a section, [${sectionName}]` });
      continue;
    }
    for (const [key, value] of Object.entries(content)) {
      const name = `${sectionName}.${key}`;
      if (Object.hasOwn(section.settings, key)) written.set(name, { where: where(name), origin, value });
      else problems.push({ where: where(name), reason: unknownText("setting", key, Object.keys(section.settings)) });
    }
  }
  return written;
}

function readToml(text: string, place: string, problems: ConfigurationProblem[]): Readonly<Record<string, unknown>> {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split("\n", 1)[0] ?? "").replace(/^Invalid TOML document: /, "");
    problems.push({ where: `${place}line ${error.line}, column ${error.column}`, reason });
    return {};
  }
}

/**
 * Only names that begin with one of our sections are ours: orchestrators set variables of the same prefix by
 * themselves (`POSTERN_SERVICE_HOST` for a service called postern), and the command line has `POSTERN_PASSWORD`.
 */
function fromEnvironment(
  environment: ConfigurationSources["environment"],
  problems: ConfigurationProblem[],
): Map<string, Written> {
  const written = new Map<string, Written>();
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined) continue;
    for (const [sectionName, section] of Object.entries(sections)) {
      const prefix = environmentName(sectionName, "");
      if (!variable.startsWith(prefix)) continue;
      const key = variable.slice(prefix.length).toLowerCase();
      const setting = Object.hasOwn(section.settings, key) ? section.settings[key] : undefined;
      if (setting !== undefined) {
        written.set(`${sectionName}.${key}`, {
          where: variable,
          origin: "environment",
          value: setting.type.fromText(text),
        });
      } else {
        const known = Object.keys(section.settings).map((each) => environmentName(sectionName, each));
        problems.push({ where: variable, reason: unknownText("setting", variable, known) });
      }
    }
  }
  return written;
}

function fromOverrides(overrides: NonNullable<ConfigurationSources["overrides"]>): Map<string, Written> {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return new Map(given.map(([name, value]) => [name, { where: name, value }]));
}

/** Every setting that was written or has a default, checked, by its dotted name. */
function checkValues(written: ReadonlyMap<string, Written>, problems: ConfigurationProblem[]): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, setting] of allSettings()) {
    const given = written.get(name) ?? { where: name, value: setting.default };
    if (given.value === undefined) continue;
    const parsed = setting.type.parse(given.value);
    if (parsed.ok) values.set(name, parsed.value);
    else problems.push(because(given.where, parsed));
  }
  return values;
}

/** What no setting can be blamed for alone. */
function crossProblems(values: ReadonlyMap<string, unknown>): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (values.has("tls.certificate_file") !== values.has("tls.key_file"))
    problems.push(because("tls", reasonFor("tls-pair")));
  if (values.has("acme.eab_key_id") !== values.has("acme.eab_hmac_file"))
    problems.push(because("acme.eab_key_id", reasonFor("eab-pair")));
  if (values.get("acme.enabled") === true && values.get("acme.agree_terms") !== true)
    problems.push(because("acme.agree_terms", reasonFor("terms")));
  return [...problems, ...notifyProblems(values)];
}

/** What would only be seen when the first notice is due. */
function notifyProblems(values: ReadonlyMap<string, unknown>): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const recipients = values.get("notify.email_to");
  if (Array.isArray(recipients) && recipients.length > 0 && !values.has("notify.smtp_server"))
    problems.push(because("notify.smtp_server", reasonFor("notify-server")));
  if (values.has("notify.smtp_user") && !values.has("notify.smtp_password_file"))
    problems.push(because("notify.smtp_user", reasonFor("notify-password")));
  return problems;
}

function because(where: string, why: Reason): ConfigurationProblem {
  return { where, reason: why.reason, why: plainReason(why) };
}

function assemble(values: ReadonlyMap<string, unknown>): Configuration {
  const known = { dataDirectory: String(values.get("gateway.data_directory")) };
  const tables = Object.entries(sections).map(([sectionName, section]) => [
    sectionName,
    Object.fromEntries(
      Object.entries(section.settings).map(([key, setting]) => {
        const name = `${sectionName}.${key}`;
        return [fieldName(key, setting), values.has(name) ? values.get(name) : setting.derive?.(known)];
      }),
    ),
  ]);
  // The boundary: each value above came out of the parser of the very type that `Configuration` is inferred from.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets which key has which type
  return Object.fromEntries(tables) as Configuration;
}

/** Every setting of the schema by its dotted name. */
export function* allSettings() {
  for (const [sectionName, section] of Object.entries(sections)) {
    for (const [key, setting] of Object.entries(section.settings)) yield [`${sectionName}.${key}`, setting] as const;
  }
}

function unknownText(kind: "section" | "setting", name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  return close === undefined
    ? `unknown ${kind}; known are ${known.join(", ")}`
    : `unknown ${kind}; did you mean ${close}?`;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
