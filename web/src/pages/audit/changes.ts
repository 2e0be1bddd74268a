// SPDX-License-Identifier: Apache-2.0

export type Side = Readonly<Record<string, unknown>> | null;

/** One field that an action set, changed or took away; `undefined`: it was not there. */
export interface Change {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What differs between the two sides of an entry. A side alone is shown whole. */
export function changesOf(before: Side, after: Side): readonly Change[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields]
    .map((field) => ({ field, before: textOf(before, field), after: textOf(after, field) }))
    .filter((change) => change.before !== change.after);
}

function textOf(side: Side, field: string): string | undefined {
  if (side === null || !Object.hasOwn(side, field)) return undefined;
  const value = side[field];
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return plain(value);
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
