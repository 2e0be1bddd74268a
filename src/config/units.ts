// SPDX-License-Identifier: Apache-2.0

import { type Reason, type ReasonCode, type ReasonValues, reasonFor } from "../base/reasons.ts";

/** What a parser of a written value answers: the value, or the reason that it is none. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | Invalid;
export type Invalid = Reason & { readonly ok: false };

export function valid<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function invalid(code: ReasonCode, values?: ReasonValues): Invalid {
  return { ok: false, ...reasonFor(code, values) };
}

/** A unit and how many of the smallest unit it is; the largest first. */
type Units = readonly (readonly [name: string, factor: number])[];

const sizeUnits: Units = [
  ["TiB", 1024 ** 4],
  ["TB", 1000 ** 4],
  ["GiB", 1024 ** 3],
  ["GB", 1000 ** 3],
  ["MiB", 1024 ** 2],
  ["MB", 1000 ** 2],
  ["KiB", 1024],
  ["KB", 1000],
  ["B", 1],
];

const durationUnits: Units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/** Reads `250 MiB` as bytes. The unit is required, in any letter case: a bare number says nothing. */
export function parseSize(text: string): Parsed<number> {
  return parseQuantity(text, sizeUnits, "250 MiB");
}

/** Reads `5 min` as milliseconds. */
export function parseDuration(text: string): Parsed<number> {
  return parseQuantity(text, durationUnits, "5 min");
}

/** Reads `256 B/s` as bytes per second. */
export function parseRate(text: string): Parsed<number> {
  const size = /^(.*[^\s])\s*\/\s*s$/i.exec(text.trim())?.[1];
  if (size === undefined) return invalid("rate-form");
  return parseQuantity(size, sizeUnits, "256 B/s");
}

/** Writes bytes in the largest unit that divides them; `parseSize` reads it back. */
export function formatSize(bytes: number): string {
  return formatQuantity(
    bytes,
    sizeUnits.filter(([name]) => name === "B" || name.endsWith("iB")),
  );
}

/** Writes milliseconds in the largest unit that divides them; `parseDuration` reads it back. */
export function formatDuration(milliseconds: number): string {
  return formatQuantity(milliseconds, durationUnits);
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatSize(bytesPerSecond)}/s`;
}

function parseQuantity(text: string, units: Units, example: string): Parsed<number> {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)$/i.exec(text.trim());
  if (match === null) return invalid("quantity-form", { example });
  const [, digits = "", name = ""] = match;
  if (name === "") return invalid("unit-missing", { example: `${digits} ${units.at(-1)?.[0] ?? ""}` });
  const unit = units.find(([known]) => known.toLowerCase() === name.toLowerCase());
  if (unit === undefined) {
    return invalid("unit-unknown", { unit: name, units: units.map(([known]) => known).join(", ") });
  }
  const value = Number(digits) * unit[1];
  if (!Number.isSafeInteger(value)) return invalid("not-countable", { value: text });
  return valid(value);
}

function formatQuantity(value: number, units: Units): string {
  const unit = units.find(([, factor]) => value >= factor && value % factor === 0) ?? units.at(-1);
  return unit === undefined ? String(value) : `${value / unit[1]} ${unit[0]}`;
}
