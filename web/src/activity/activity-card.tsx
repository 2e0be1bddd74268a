// SPDX-License-Identifier: Apache-2.0
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ActivityPoint, firstRange, type Range, ranges, useActivity } from "../api/overview.ts";
import { useFormat } from "../app/format.ts";
import { Chart, type ChartPoint, type ChartSeries } from "../components/chart.tsx";
import { Problem } from "../components/problem.tsx";
import { Segments } from "../components/segments.tsx";
import "./activity.css";

const shown = ["received", "pulled", "refused"] as const;

/** What came, went and was refused over time; of one mailbox when one is named. */
export function ActivityCard({ mailbox }: { readonly mailbox?: string }) {
  const { t } = useTranslation("counts-over-time");
  const [range, setRange] = useState<Range>(firstRange);
  const { data: newest, isError, error, refetch } = useActivity(range, mailbox);
  // Drawn after what stands around it, which people read first.
  const data = useDeferredValue(newest, undefined);
  const series: readonly ChartSeries[] = shown.map((key) => ({ key, text: t(key), colour: key }));
  return (
    <section className="card activity" aria-labelledby="activity">
      <div className="card__head">
        <h2 id="activity">{t("title")}</h2>
        <Segments
          label={t("range")}
          value={range}
          options={ranges.map((value) => ({ value, text: t(`ranges.${value}`) }))}
          onChange={setRange}
        />
      </div>
      {data !== undefined ? (
        <>
          <Sums points={data.points} />
          <Chart title={t("chart")} series={series} points={data.points.map(chartPoint)} step={data.step} />
        </>
      ) : isError ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : (
        <div className="activity__wait" aria-busy="true">
          <span className="skeleton" />
        </div>
      )}
    </section>
  );
}

/** The picture in one line. */
function Sums({ points }: { readonly points: readonly ActivityPoint[] }) {
  const { t } = useTranslation("counts-over-time");
  const { number, bytes } = useFormat();
  const sum = (key: "received" | "receivedBytes" | "pulled" | "refused"): number =>
    points.reduce((total, point) => total + point[key], 0);
  return (
    <p className="card__text">
      {sum("received") + sum("pulled") + sum("refused") === 0
        ? t("nothing")
        : t("sums", {
            received: number(sum("received")),
            bytes: bytes(sum("receivedBytes")),
            pulled: number(sum("pulled")),
            refused: number(sum("refused")),
          })}
    </p>
  );
}

function chartPoint({ at, received, pulled, refused }: ActivityPoint): ChartPoint {
  return { at, values: { received, pulled, refused } };
}
