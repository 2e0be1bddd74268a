// SPDX-License-Identifier: Apache-2.0
import { scaleLinear, scaleTime } from "d3-scale";
import { area, line } from "d3-shape";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { localeOf, useFormat } from "../app/format.ts";
import { Table } from "./table.tsx";
import { useWidth } from "./use-width.ts";

export interface ChartPoint {
  readonly at: string;
  readonly values: Readonly<Record<string, number>>;
}

export interface ChartSeries {
  readonly key: string;
  readonly text: string;
  readonly colour: "received" | "pulled" | "refused" | "removed";
  readonly shape: "bar" | "line";
}

interface ChartProps {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly points: readonly ChartPoint[];
  readonly step: "hour" | "day";
  readonly format?: (value: number) => string;
}

const height = 220;
const inset = { top: 12, right: 8, bottom: 26, left: 44 };
/** A label of the time axis has this much for itself. */
const labelWidth = 76;

/** Values over time. What the picture shows can be read as a table as well. */
export function Chart({ title, series, points, step, format }: ChartProps) {
  const id = useId();
  const { number } = useFormat();
  const show = format ?? number;
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption className="chart__caption" id={id}>
        <span className="chart__title">{title}</span>
        <span className="chart__legend">
          {series.map(({ key, text, colour }) => (
            <span key={key} className={`chart__key chart--${colour}`}>
              {text}
            </span>
          ))}
        </span>
      </figcaption>
      <Picture series={series} points={points} step={step} format={show} />
      <AsTable title={title} series={series} points={points} step={step} format={show} />
    </figure>
  );
}

type Drawn = Required<Omit<ChartProps, "title">>;

/** Drawn as wide as its place is, so that its letters stay as large as those around it. */
function Picture({ series, points, step, format }: Drawn) {
  const { width, measured } = useWidth(720);
  const stamp = useStamp(step);
  const times = points.map(({ at }) => new Date(at));
  const stepMs = step === "hour" ? 3_600_000 : 86_400_000;
  const first = times[0]?.getTime() ?? 0;
  const last = (times.at(-1)?.getTime() ?? 0) + stepMs;
  const most = Math.max(4, ...points.flatMap(({ values }) => series.map(({ key }) => values[key] ?? 0)));
  const x = scaleTime([first, last], [inset.left, width - inset.right]);
  const y = scaleLinear([0, most], [height - inset.bottom, inset.top]).nice(4);
  const place = {
    x: (at: string) => x(new Date(at)),
    y: (value: number) => y(value),
    step: x(first + stepMs) - x(first),
  };
  const saying = ({ at, values }: ChartPoint): string =>
    [stamp(at), ...series.map(({ key, text }) => `${text}: ${format(values[key] ?? 0)}`)].join("\n");
  return (
    <div ref={measured}>
      <svg className="chart__picture" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {y
          .ticks(4)
          .filter(Number.isInteger)
          .map((tick) => (
            <g key={tick}>
              <line className="chart__grid" x1={inset.left} x2={width - inset.right} y1={y(tick)} y2={y(tick)} />
              <text className="chart__tick" x={inset.left - 8} y={y(tick) + 4} textAnchor="end">
                {format(tick)}
              </text>
            </g>
          ))}
        <TimeAxis points={points} place={place} step={step} width={width} />
        {series.map((each) => (
          <SeriesView key={each.key} series={each} points={points} place={place} bars={series.filter(isBar)} />
        ))}
        {points.map((point) => (
          <rect
            key={point.at}
            className="chart__target"
            x={place.x(point.at)}
            width={Math.max(place.step, 1)}
            y={inset.top}
            height={height - inset.top - inset.bottom}
          >
            <title>{saying(point)}</title>
          </rect>
        ))}
      </svg>
    </div>
  );
}

interface Place {
  readonly x: (at: string) => number;
  readonly y: (value: number) => number;
  readonly step: number;
}

interface SeriesViewProps {
  readonly series: ChartSeries;
  readonly points: readonly ChartPoint[];
  readonly place: Place;
  readonly bars: readonly ChartSeries[];
}

function SeriesView({ series, points, place, bars }: SeriesViewProps) {
  const { key, colour, shape } = series;
  const { x, y, step } = place;
  const base = height - inset.bottom;
  const value = ({ values }: ChartPoint): number => values[key] ?? 0;
  if (shape === "line") {
    const middle = (point: ChartPoint): number => x(point.at) + step / 2;
    const stroke = line<ChartPoint>(middle, (point) => y(value(point)))([...points]) ?? "";
    const fill = area<ChartPoint>(middle, base, (point) => y(value(point)))([...points]) ?? "";
    return (
      <g className={`chart--${colour}`}>
        <path className="chart__area" d={fill} />
        <path className="chart__line" d={stroke} />
      </g>
    );
  }
  const wide = Math.max((step * 0.8) / bars.length, 1);
  const offset = step * 0.1 + wide * bars.findIndex((each) => each.key === key);
  return (
    <g className={`chart--${colour}`}>
      {points.map((point) => (
        <rect
          key={point.at}
          className="chart__bar"
          x={x(point.at) + offset}
          y={y(value(point))}
          width={wide}
          height={base - y(value(point))}
          rx={Math.min(2, wide / 3)}
        />
      ))}
    </g>
  );
}

interface TimeAxisProps extends Pick<ChartProps, "points" | "step"> {
  readonly place: Place;
  readonly width: number;
}

/** As many labels as have room, each in the middle of its step. */
function TimeAxis({ points, place, step, width }: TimeAxisProps) {
  const { i18n } = useTranslation();
  const form = new Intl.DateTimeFormat(
    localeOf(i18n.language),
    step === "hour" ? { hour: "numeric" } : { day: "numeric", month: "short", timeZone: "UTC" },
  );
  const every = Math.max(1, Math.ceil((points.length * labelWidth) / (width - inset.left - inset.right)));
  return points
    .filter((_point, index) => (points.length - 1 - index) % every === Math.floor(every / 2))
    .map(({ at }) => (
      <text key={at} className="chart__tick" x={place.x(at) + place.step / 2} y={height - 8} textAnchor="middle">
        {form.format(new Date(at))}
      </text>
    ));
}

/** When a step is. The gateway's days are those of UTC. */
function useStamp(step: "hour" | "day"): (at: string) => string {
  const { i18n } = useTranslation();
  const form = new Intl.DateTimeFormat(
    localeOf(i18n.language),
    step === "hour" ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium", timeZone: "UTC" },
  );
  return (at) => form.format(new Date(at));
}

function AsTable({ title, series, points, step, format }: ChartProps & Drawn) {
  const { t } = useTranslation();
  const stamp = useStamp(step);
  return (
    <details className="chart__details">
      <summary>{t("asTable")}</summary>
      <Table
        caption={title}
        rows={points}
        rowKey={({ at }) => at}
        empty={null}
        columns={[
          {
            key: "at",
            header: t("time"),
            main: true,
            cell: ({ at }: ChartPoint) => stamp(at),
          },
          ...series.map(({ key, text }) => ({
            key,
            header: text,
            numeric: true,
            cell: ({ values }: ChartPoint) => format(values[key] ?? 0),
          })),
        ]}
      />
    </details>
  );
}

function isBar({ shape }: ChartSeries): boolean {
  return shape === "bar";
}
