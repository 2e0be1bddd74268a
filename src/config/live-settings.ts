// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "smol-toml";
import { describeError, type FieldProblem, PosternError } from "../base/errors.ts";
import { plainReason, reasonFor } from "../base/reasons.ts";
import { isMissingFile, writeWholeFile } from "../base/whole-file.ts";
import { allSettings, type ConfigurationSources, check, consoleFile, type ValidConfiguration } from "./check.ts";
import { fieldOf, liveView } from "./live-view.ts";
import { type LoadOptions, mustBeValid, readSources } from "./load.ts";
import type { Configuration } from "./schema.ts";
import { fieldName, type Setting } from "./setting.ts";

/** What to set, by dotted name, as the file would have it; `null` takes the console's own value away. */
export type SettingsChange = Readonly<Record<string, unknown>>;

export interface ChangedSettings {
  /** The console's own values of what was changed; `null` where it had none. */
  readonly before: SettingsChange;
  readonly after: SettingsChange;
}

/** The file of the console in a data directory; empty when there is none. Throws `config/unreadable`. */
export function readConsoleText(directory: string): string {
  const file = join(directory, consoleFile);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissingFile(error)) return "";
    throw new PosternError("config/unreadable", `${file}: ${describeError(error)}`, { cause: error });
  }
}

/** The configuration of a running gateway, and the way to change it. */
export class LiveSettings {
  readonly #sources: ConfigurationSources;
  readonly #started: Configuration;
  readonly #view: Configuration;
  readonly #listeners: (() => void)[] = [];
  #console: string;
  #checked: ValidConfiguration;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(sources: ConfigurationSources, console: string, file: string | undefined) {
    this.#sources = sources;
    this.#console = console;
    this.#checked = mustBeValid(check({ ...sources, console }), file);
    this.#started = this.#checked.configuration;
    this.#view = liveView(this.#started, () => this.#checked.configuration);
  }

  /** Reads the files, the console's among them. Throws `config/unreadable` and `config/invalid`. */
  static open(options: LoadOptions): LiveSettings {
    const sources = readSources(options);
    const { configuration } = mustBeValid(check(sources), options.file);
    return new LiveSettings(sources, readConsoleText(configuration.gateway.dataDirectory), options.file);
  }

  /** For everything that runs. */
  get view(): Configuration {
    return this.#view;
  }

  /** What holds after the next start. */
  get checked(): ValidConfiguration {
    return this.#checked;
  }

  /** Names what the console has set; another one after each change. */
  get version(): string {
    return hash("sha256", this.#console, "hex").slice(0, 32);
  }

  /** The settings whose change waits for a start. */
  get waiting(): readonly string[] {
    return Array.from(allSettings())
      .filter(([name, setting]) => {
        const [section = "", key = ""] = name.split(".");
        const field = fieldName(key, setting);
        const now = fieldOf(this.#checked.configuration, section, field);
        return setting.reload !== "live" && !isDeepStrictEqual(fieldOf(this.#started, section, field), now);
      })
      .map(([name]) => name);
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * All of it or nothing. `version` is the one that the caller saw; without it any will do. Throws
   * `config/changed-meanwhile`, and `config/invalid` with what is wrong at each setting.
   */
  change(changes: SettingsChange, version?: string): Promise<ChangedSettings> {
    const turn = this.#turn.then(() => this.#change(changes, version));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #change(changes: SettingsChange, version: string | undefined): Promise<ChangedSettings> {
    if (version !== undefined && version !== this.version) throw new PosternError("config/changed-meanwhile");
    this.#refuse(changes);
    const before = parse(this.#console);
    const tables: Record<string, unknown> = { ...before };
    for (const [name, value] of Object.entries(changes)) {
      const [section = "", key = ""] = name.split(".");
      const { [key]: _old, ...rest } = tableOf(tables, section);
      tables[section] = value === null ? rest : { ...rest, [key]: value };
    }
    const text = consoleText(tables);
    const checked = check({ ...this.#sources, console: text });
    if (!checked.ok)
      throw invalidSettings(
        checked.problems.map(({ where, reason, why }) => ({
          field: nameIn(where),
          ...(why ?? reasonFor("shape", { problem: reason })),
        })),
      );
    await writeWholeFile(join(this.#started.gateway.dataDirectory, consoleFile), text, 0o600);
    this.#console = text;
    this.#checked = checked;
    for (const listener of this.#listeners) listener();
    return { before: pick(before, changes), after: pick(parse(text), changes) };
  }

  /** What the console may not touch, or what would change nothing. */
  #refuse(changes: SettingsChange): void {
    const known = new Map<string, Setting>(allSettings());
    const problems = Object.entries(changes).flatMap(([field, value]) => {
      const setting = known.get(field);
      const origin = this.#checked.given.get(field)?.origin;
      if (setting === undefined) return [{ field, ...reasonFor("setting-unknown") }];
      if (setting.type.form.kind === "path") return [{ field, ...reasonFor("setting-of-file") }];
      if (value !== null && setting.heldBy !== undefined && this.#checked.given.has(setting.heldBy))
        return [{ field, ...reasonFor("setting-held", { holder: setting.heldBy }) }];
      if (origin === "environment" || origin === "options")
        return [{ field, ...reasonFor("setting-fixed", { origin }) }];
      if (field === "listen.console" && Array.isArray(value) && value.length === 0)
        return [{ field, ...reasonFor("console-off") }];
      const parsed = value === null ? undefined : setting.type.parse(value);
      return parsed?.ok === false ? [{ field, ...plainReason(parsed) }] : [];
    });
    if (problems.length > 0) throw invalidSettings(problems);
  }
}

function invalidSettings(fields: readonly FieldProblem[]): PosternError {
  const detail = fields.map(({ field, reason }) => `${field}: ${reason}`).join("; ");
  return new PosternError("config/invalid", detail, { fields });
}

/** `settings.toml, line 3: limits.smtp_idle` → `limits.smtp_idle`. */
function nameIn(where: string): string {
  return where.split(": ").at(-1) ?? where;
}

const head = "# Made by the console of Postern; it wins over the configuration file. See docs/configuration.md.\n";

function consoleText(tables: Readonly<Record<string, unknown>>): string {
  const filled = Object.entries(tables).filter(([name]) => Object.keys(tableOf(tables, name)).length > 0);
  return filled.length === 0 ? "" : `${head}\n${stringify(Object.fromEntries(filled))}\n`;
}

function tableOf(tables: Readonly<Record<string, unknown>>, section: string): Readonly<Record<string, unknown>> {
  const table = tables[section];
  return typeof table === "object" && table !== null ? Object.fromEntries(Object.entries(table)) : {};
}

function pick(tables: Readonly<Record<string, unknown>>, changes: SettingsChange): SettingsChange {
  return Object.fromEntries(
    Object.keys(changes).map((name) => {
      const [section = "", key = ""] = name.split(".");
      return [name, tableOf(tables, section)[key] ?? null];
    }),
  );
}
