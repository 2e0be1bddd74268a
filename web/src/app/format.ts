// SPDX-License-Identifier: Apache-2.0
import { createContext, use } from "react";

export type TimeStep = "hour" | "day";

export interface Format {
  readonly number: (value: number) => string;
  readonly bytes: (value: number) => string;
  readonly dateTime: (at: string | number | Date) => string;
  readonly date: (at: string | number | Date) => string;
  readonly time: (at: string | number | Date) => string;
  /** A step of time on an axis, short; the gateway's days are those of UTC. */
  readonly stepLabel: (step: TimeStep, at: string) => string;
  /** The same in full. */
  readonly stepName: (step: TimeStep, at: string) => string;
  /** As people say it, short: "3 hr. ago". */
  readonly ago: (at: string | number | Date, now?: number) => string;
}

/** Of the chosen language; `app.tsx` gives one to everything, since making one takes longer than showing a row with it. */
export const FormatContext = createContext<Format | undefined>(undefined);

/** Numbers, sizes and times as the chosen language writes them. */
export function useFormat(): Format {
  const format = use(FormatContext);
  if (format === undefined) throw new Error("no language is chosen around this component");
  return format;
}

/** Whether a moment has passed. */
export function isOver(at: string): boolean {
  return Date.parse(at) <= Date.now();
}

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const agoSteps = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** As the browser's region writes it, when the browser speaks that language: English is not written alike everywhere. */
function localeOf(language: string): string {
  return navigator.languages.find((each) => each.slice(0, 2) === language) ?? language;
}

export function createFormat(chosen: string): Format {
  const language = localeOf(chosen);
  const number = later(() => new Intl.NumberFormat(language));
  const dateTime = later(() => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }));
  const date = later(() => new Intl.DateTimeFormat(language, { dateStyle: "medium" }));
  const time = later(() => new Intl.DateTimeFormat(language, { timeStyle: "medium" }));
  const relative = later(() => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }));
  const labels = {
    hour: later(() => new Intl.DateTimeFormat(language, { hour: "numeric" })),
    day: later(() => new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" })),
  };
  const names = {
    hour: dateTime,
    day: later(() => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" })),
  };
  return {
    // English and German write these alike, and most are such.
    number: (value) => (Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : number().format(value)),
    stepLabel: (step, at) => labels[step]().format(new Date(at)),
    stepName: (step, at) => names[step]().format(new Date(at)),
    bytes: createBytesFormat(language),
    dateTime: (at) => dateTime().format(new Date(at)),
    date: (at) => date().format(new Date(at)),
    time: (at) => time().format(new Date(at)),
    ago(at, now = Date.now()) {
      const seconds = (new Date(at).getTime() - now) / 1000;
      const [unit, size] = agoSteps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
      return relative().format(Math.trunc(seconds / size), unit);
    },
  };
}

function createBytesFormat(language: string): (value: number) => string {
  const forms = byteUnits.map((unit, power) =>
    later(
      () =>
        new Intl.NumberFormat(language, {
          style: "unit",
          unit,
          unitDisplay: unit === "byte" ? "long" : "short",
          maximumFractionDigits: power === 0 ? 0 : 1,
        }),
    ),
  );
  return (value) => {
    const power = Math.min(Math.floor(Math.log(Math.max(value, 1)) / Math.log(1000)), byteUnits.length - 1);
    return forms[power]?.().format(value / 1000 ** power) ?? String(value);
  };
}

/** Made when it is first asked for, and once: each form costs the processor of a phone a millisecond or two. */
function later<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
