// SPDX-License-Identifier: Apache-2.0
import { type Configuration, schema } from "./schema.ts";
import { fieldName, type Section } from "./setting.ts";

/**
 * A configuration that changes: each setting that works at once has its value of this moment, each other one the value
 * that the gateway was started with, so that nothing is half changed. Whoever copies a value keeps what it was.
 */
export function liveView(started: Configuration, current: () => Configuration): Configuration {
  const sections: Readonly<Record<string, Section>> = schema;
  const tables = Object.entries(sections).map(([sectionName, section]) => {
    const table = {};
    for (const [key, setting] of Object.entries(section.settings)) {
      const field = fieldName(key, setting);
      const source = setting.reload === "live" ? current : () => started;
      Object.defineProperty(table, field, { enumerable: true, get: () => fieldOf(source(), sectionName, field) });
    }
    return [sectionName, table] as const;
  });
  // The boundary: each section has the very fields of the schema that `Configuration` is inferred from.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets which key has which type
  return Object.fromEntries(tables) as Configuration;
}

/** The value of one setting of a checked configuration, whatever its type. */
export function fieldOf(configuration: Configuration, section: string, field: string): unknown {
  const tables: Readonly<Record<string, Readonly<Record<string, unknown>>>> = configuration;
  return tables[section]?.[field];
}
