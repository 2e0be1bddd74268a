// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { loadConfig } from "../config/load.ts";
import type { Configuration } from "../config/schema.ts";
import type { CommonOptions } from "./common-options.ts";

const usualFiles = ["postern.toml", "/etc/postern/postern.toml"];

/**
 * The configuration that a command works with, so that all commands and the gateway agree where the data are: the file
 * that was named, else the first of the usual ones, else the defaults. `--data` wins over each.
 * Throws `config/unreadable` and `config/invalid`.
 */
export function findConfiguration(
  { config, data }: CommonOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const file = config ?? environment["POSTERN_CONFIG"] ?? usualFiles.find((usual) => existsSync(usual));
  return loadConfig({
    environment,
    ...(file === undefined ? {} : { file }),
    ...(data === undefined ? {} : { overrides: { "gateway.data_directory": data } }),
  });
}
