// SPDX-License-Identifier: Apache-2.0
import { resolve } from "node:path";
import { ofEntry } from "../base/reasons.ts";
import { invalid, type Parsed, parseDuration, parseRate, parseSize, valid } from "./units.ts";

/** How a form asks for a value. A path is shown and not asked for: who signs in over HTTPS names no files of the machine. */
export type ValueForm =
  | { readonly kind: "text" | "flag" | "path" | "list" | "table" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "number"; readonly min: number; readonly max: number };

/** A kind of value that a setting can have: how it is read from the file and from the environment. */
export interface ValueType<T> {
  /** As the manual names it. */
  readonly name: string;
  readonly form: ValueForm;
  /** Checks a value of the file, as the TOML reader gives it. */
  readonly parse: (value: unknown) => Parsed<T>;
  /** What a text of the environment would be in the file. */
  readonly fromText: (text: string) => unknown;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

const sameText = (written: string): string => written;

/** A text that `check` accepts; the base of everything written in quotes. */
export function text<T>(
  name: string,
  check: (written: string) => Parsed<T>,
  form: ValueForm = { kind: "text" },
): ValueType<T> {
  return {
    name,
    form,
    parse: (value) => (typeof value === "string" ? check(value) : invalid("not-text", { kind: name })),
    fromText: sameText,
  };
}

/** As `count`, or the word that leaves it to us. */
export function countOrAuto(range: Range): ValueType<number | "auto"> {
  const number = count(range);
  return {
    name: `"auto" or ${number.name}`,
    form: { kind: "text" },
    // A form writes a text, the file may have a number.
    parse: (value) =>
      value === "auto" ? valid("auto") : number.parse(typeof value === "string" ? number.fromText(value) : value),
    fromText: (value) => (value === "auto" ? value : number.fromText(value)),
  };
}

/** A file or directory; relative ones count from the working directory. */
export const path: ValueType<string> = text(
  "path",
  (value) => {
    if (value === "" || value.includes("\0")) return invalid("not-path");
    return valid(resolve(value));
  },
  { kind: "path" },
);

export function choice<const T extends string>(...choices: readonly T[]): ValueType<T> {
  const names = choices.map((each) => `"${each}"`).join(" or ");
  const check = (value: string): Parsed<T> => {
    const found = choices.find((each) => each === value);
    return found === undefined ? invalid("not-possible", { value, choices: names }) : valid(found);
  };
  return text(names, check, { kind: "choice", choices });
}

export const flag: ValueType<boolean> = {
  name: "true or false",
  form: { kind: "flag" },
  parse: (value) => (typeof value === "boolean" ? valid(value) : invalid("not-flag")),
  fromText: (value) => (value === "true" ? true : value === "false" ? false : value),
};

export function count(range: Range): ValueType<number> {
  return {
    name: `number, ${range.min} to ${range.max}`,
    form: { kind: "number", ...range },
    parse: (value) => {
      if (typeof value !== "number" || !Number.isInteger(value)) return invalid("not-whole");
      return value < range.min || value > range.max ? invalid("number-range", { value, ...range }) : valid(value);
    },
    fromText: (value) => (/^[0-9]{1,15}$/.test(value) ? Number(value) : value),
  };
}

/** Bytes, written with a unit; `min` and `max` are written so, too. */
export function size(min: string, max: string): ValueType<number> {
  return quantity("size", parseSize, min, max);
}

/** Milliseconds, written with a unit. */
export function duration(min: string, max: string): ValueType<number> {
  return quantity("duration", parseDuration, min, max);
}

/** Bytes per second, written with a unit. */
export function rate(min: string, max: string): ValueType<number> {
  return quantity("rate", parseRate, min, max);
}

function quantity(name: string, parse: (text: string) => Parsed<number>, min: string, max: string): ValueType<number> {
  const bounds = [parse(min), parse(max)].map((bound) => (bound.ok ? bound.value : Number.NaN));
  const [least = Number.NaN, most = Number.NaN] = bounds;
  return text(`${name}, "${min}" to "${max}"`, (value) => {
    const parsed = parse(value);
    if (!parsed.ok || (parsed.value >= least && parsed.value <= most)) return parsed;
    return invalid("quantity-range", { value, min, max });
  });
}

/** A list; the environment separates its entries by commas. An empty list is allowed where the setting says so. */
export function list<T>(element: ValueType<T>, least = 0): ValueType<readonly T[]> {
  return {
    name: `list of ${element.name}`,
    form: { kind: "list" },
    parse: (value) => {
      if (!Array.isArray(value)) return invalid("not-list");
      if (value.length < least) return least === 1 ? invalid("no-entry") : invalid("too-few-entries", { least });
      const parsed = value.map((each) => element.parse(each));
      const wrong = parsed.findIndex((each) => !each.ok);
      const first = parsed[wrong];
      if (first !== undefined && !first.ok) return { ...first, ...ofEntry(first, wrong + 1) };
      return valid(parsed.flatMap((each) => (each.ok ? [each.value] : [])));
    },
    fromText: (value) =>
      value
        .split(",")
        .map((each) => each.trim())
        .filter((each) => each !== "")
        .map((each) => element.fromText(each)),
  };
}

/** A table from a name to a value; the environment writes `name=value,name=value`. */
export function table<T>(
  keyName: string,
  key: ValueType<string>,
  element: ValueType<T>,
): ValueType<ReadonlyMap<string, T>> {
  return {
    name: `table from ${keyName} to ${element.name}`,
    form: { kind: element.form.kind === "path" ? "path" : "table" },
    parse: (value) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return invalid("not-table");
      const entries = new Map<string, T>();
      for (const [name, each] of Object.entries(value)) {
        const parsedKey = key.parse(name);
        if (!parsedKey.ok) return parsedKey;
        const parsed = element.parse(each);
        if (!parsed.ok) return { ...parsed, ...ofEntry(parsed, name) };
        entries.set(parsedKey.value, parsed.value);
      }
      return valid(entries);
    },
    fromText: (value) =>
      Object.fromEntries(
        value
          .split(",")
          .filter((each) => each.trim() !== "")
          .map((each) => {
            const equals = each.indexOf("=");
            return equals < 0 ? [each.trim(), ""] : [each.slice(0, equals).trim(), each.slice(equals + 1).trim()];
          }),
      ),
  };
}
