// SPDX-License-Identifier: Apache-2.0

export type JsonObject = Readonly<Record<string, unknown>>;

/** Readers of JSON of which nobody has said what it is: what is not there, or of another kind, is empty. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let here = value;
  for (const key of path) here = isObject(here) ? here[key] : undefined;
  return isObject(here) ? here : {};
}

export function textAt(value: unknown, key: string): string {
  const text = objectAt(value)[key];
  return typeof text === "string" ? text : "";
}

export function listAt(value: unknown, key: string): readonly unknown[] {
  const list: unknown = objectAt(value)[key];
  return Array.isArray(list) ? list : [];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
