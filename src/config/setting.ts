// SPDX-License-Identifier: Apache-2.0
import type { ValueType } from "./values.ts";

/** One setting of the table, whatever its type. */
export interface Setting<T = unknown> {
  readonly type: ValueType<T>;
  readonly help: string;
  /** As it would stand in the file. Absent: `derive` makes the value, and `derivedFrom` says from what. */
  readonly default?: string | number | boolean | readonly string[] | Readonly<Record<string, never>>;
  readonly derive?: (known: DerivedFrom) => T;
  readonly derivedFrom?: string;
  /** `live`: a change in the console works at once. Absent: at the next start. */
  readonly reload?: "live";
  /**
   * The path of a secret that goes where this setting says. While there is one, the console cannot change this setting:
   * whoever signs in over HTTPS must not send the secret elsewhere.
   */
  readonly heldBy?: string;
  /** The name in `Configuration` when it differs from the key in camel case, to carry the unit. */
  readonly field?: string;
}

/** What other settings are derived from. */
export interface DerivedFrom {
  readonly dataDirectory: string;
}

export interface Section {
  readonly help: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

/** The name of a setting in `Configuration`. */
export function fieldName(key: string, definition: Setting): string {
  return definition.field ?? key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Some settings with what they are about. */
export function section<const S extends Readonly<Record<string, Setting>>>(help: string, settings: S) {
  return { help, settings };
}

/** Says to the compiler that the default fits the type. */
export function setting<T, const S extends Setting<T>>(definition: S & { readonly type: ValueType<T> }): S {
  return definition;
}

/** A setting that may be absent. */
export function optional<T>(type: ValueType<T>): ValueType<T | undefined> {
  return type;
}
