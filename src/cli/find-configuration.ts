// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { LiveSettings } from "../config/live-settings.ts";
import type { Configuration } from "../config/schema.ts";
import type { CommonOptions } from "./common-options.ts";

const usualFiles = ["postern.toml", "/etc/postern/postern.toml"];

/**
 * The configuration that a command works with, so that all commands and the gateway agree where the data are: the file
 * that was named, else the first of the usual ones, else the defaults. `--data` wins over each.
 * Throws `config/unreadable` and `config/invalid`.
 */
export function findConfiguration(options: CommonOptions, environment: Environment): Configuration {
  return findSettings(options, environment).view;
}

/** The same with what it comes from, for whoever shows or changes it. */
export function findSettings({ config, data }: CommonOptions, environment: Environment): LiveSettings {
  const file = config ?? environment["POSTERN_CONFIG"] ?? usualFiles.find((usual) => existsSync(usual));
  return LiveSettings.open({
    environment,
    ...(file === undefined ? {} : { file }),
    ...(data === undefined ? {} : { overrides: { "gateway.data_directory": data } }),
  });
}

type Environment = Readonly<Record<string, string | undefined>>;
