// SPDX-License-Identifier: Apache-2.0
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type TimeStep, useFormat } from "../app/format.ts";
import { countScale } from "./chart-scale.ts";
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
}

interface ChartProps {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly points: readonly ChartPoint[];
  readonly step: TimeStep;
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
function Picture({ series, points, step: unit, format }: Drawn) {
  const { width, measured } = useWidth(720);
  const { stepName } = useFormat();
  const most = Math.max(4, ...points.flatMap(({ values }) => series.map(({ key }) => values[key] ?? 0)));
  const y = countScale(most, 4, [height - inset.bottom, inset.top]);
  const step = (width - inset.left - inset.right) / Math.max(points.length, 1);
  const place: Place = { x: (index) => inset.left + index * step, y, step };
  const saying = ({ at, values }: ChartPoint): string =>
    [stepName(unit, at), ...series.map(({ key, text }) => `${text}: ${format(values[key] ?? 0)}`)].join("\n");
  return (
    <div ref={measured}>
      <svg className="chart__picture" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {y.ticks.map((tick) => (
          <g key={tick}>
            <line className="chart__grid" x1={inset.left} x2={width - inset.right} y1={y(tick)} y2={y(tick)} />
            <text className="chart__tick" x={inset.left - 8} y={y(tick) + 4} textAnchor="end">
              {format(tick)}
            </text>
          </g>
        ))}
        <TimeAxis points={points} place={place} step={unit} width={width} />
        {series.map((each, index) => (
          <Bars key={each.key} series={each} points={points} place={place} nth={index} of={series.length} />
        ))}
        {points.map((point, index) => (
          <rect
            key={point.at}
            className="chart__target"
            x={place.x(index)}
            width={Math.max(step, 1)}
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
  /** Where the nth point begins. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly step: number;
}

interface BarsProps {
  readonly series: ChartSeries;
  readonly points: readonly ChartPoint[];
  readonly place: Place;
  /** Which of how many stand beside each other. */
  readonly nth: number;
  readonly of: number;
}

function Bars({ series: { key, colour }, points, place: { x, y, step }, nth, of }: BarsProps) {
  const base = height - inset.bottom;
  const wide = Math.max((step * 0.8) / of, 1);
  const offset = step * 0.1 + wide * nth;
  return (
    <g className={`chart--${colour}`}>
      {points.map(({ at, values }, index) => {
        const top = y(values[key] ?? 0);
        const corner = Math.min(2, wide / 3);
        return (
          <rect
            key={at}
            className="chart__bar"
            x={x(index) + offset}
            y={top}
            width={wide}
            height={base - top}
            rx={corner}
          />
        );
      })}
    </g>
  );
}

interface TimeAxisProps extends Pick<ChartProps, "points" | "step"> {
  readonly place: Place;
  readonly width: number;
}

/** As many labels as have room, each in the middle of its step. */
function TimeAxis({ points, place, step, width }: TimeAxisProps) {
  const { stepLabel } = useFormat();
  const every = Math.max(1, Math.ceil((points.length * labelWidth) / (width - inset.left - inset.right)));
  return points.map(({ at }, index) => {
    if ((points.length - 1 - index) % every !== Math.floor(every / 2)) return null;
    return (
      <text key={at} className="chart__tick" x={place.x(index) + place.step / 2} y={height - 8} textAnchor="middle">
        {stepLabel(step, at)}
      </text>
    );
  });
}

function AsTable({ title, series, points, step, format }: ChartProps & Drawn) {
  const { t } = useTranslation();
  const { stepName } = useFormat();
  const [open, setOpen] = useState(false);
  return (
    <details className="chart__details" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t("asTable")}</summary>
      {open && (
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
              cell: ({ at }: ChartPoint) => stepName(step, at),
            },
            ...series.map(({ key, text }) => ({
              key,
              header: text,
              numeric: true,
              cell: ({ values }: ChartPoint) => format(values[key] ?? 0),
            })),
          ]}
        />
      )}
    </details>
  );
}
