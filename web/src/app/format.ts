// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

export interface Format {
  readonly number: (value: number) => string;
  readonly bytes: (value: number) => string;
  readonly dateTime: (at: string | number | Date) => string;
  readonly date: (at: string | number | Date) => string;
  readonly time: (at: string | number | Date) => string;
  /** As people say it, short: "3 hr. ago". */
  readonly ago: (at: string | number | Date, now?: number) => string;
}

/** Numbers, sizes and times as the chosen language writes them. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => createFormat(i18n.language), [i18n.language]);
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
export function localeOf(language: string): string {
  return navigator.languages.find((each) => each.slice(0, 2) === language) ?? language;
}

export function createFormat(chosen: string): Format {
  const language = localeOf(chosen);
  const number = new Intl.NumberFormat(language);
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  return {
    number: (value) => number.format(value),
    bytes: (value) => formatBytes(language, value),
    dateTime: (at) => dateTime.format(new Date(at)),
    date: (at) => date.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    ago(at, now = Date.now()) {
      const seconds = (new Date(at).getTime() - now) / 1000;
      const [unit, size] = agoSteps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
      return relative.format(Math.trunc(seconds / size), unit);
    },
  };
}

function formatBytes(language: string, value: number): string {
  const power = Math.min(Math.floor(Math.log(Math.max(value, 1)) / Math.log(1000)), byteUnits.length - 1);
  const unit = byteUnits[power] ?? "byte";
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(value / 1000 ** power);
}
