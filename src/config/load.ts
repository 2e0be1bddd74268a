// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describeError, PosternError } from "../base/errors.ts";
import {
  type CheckedConfiguration,
  type ConfigurationProblem,
  type ConfigurationSources,
  check,
  type ValidConfiguration,
} from "./check.ts";
import type { Configuration } from "./schema.ts";

export interface LoadOptions extends ConfigurationSources {
  /** The TOML file; instead of `text`. Neither: the defaults, with environment and overrides. */
  readonly file?: string;
}

/**
 * The configuration of a gateway or a command, wholly checked. Throws `config/unreadable` when the file cannot be
 * read and `config/invalid` with every problem, a line each.
 */
export function loadConfig(options: LoadOptions): Configuration {
  return mustBeValid(check(readSources(options)), options.file).configuration;
}

/** The sources with the text of the file. Throws `config/unreadable`. */
export function readSources(options: LoadOptions): ConfigurationSources {
  const text = options.file === undefined ? options.text : readFile(options.file);
  return text === undefined ? withoutText(options) : { ...options, text };
}

/** Throws `config/invalid` with every problem, a line each. */
export function mustBeValid(checked: CheckedConfiguration, file?: string): ValidConfiguration {
  if (checked.ok) return checked;
  const lines = formatProblems(checked.problems).replaceAll(/^/gm, "  ");
  throw new PosternError("config/invalid", `${file ?? "as given"}\n${lines}`);
}

/** Every problem of a configuration text; an empty list means that a gateway would start from it. */
export function checkConfiguration(
  text: string,
  environment: ConfigurationSources["environment"],
): readonly ConfigurationProblem[] {
  const checked = check({ text, environment });
  return checked.ok ? [] : checked.problems;
}

/** One problem a line. */
export function formatProblems(problems: readonly ConfigurationProblem[]): string {
  return problems.map(({ where, reason }) => `${where}: ${reason}`).join("\n");
}

function withoutText({ file: _file, text: _text, ...sources }: LoadOptions): ConfigurationSources {
  return sources;
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new PosternError("config/unreadable", describeError(error), { cause: error });
  }
}
