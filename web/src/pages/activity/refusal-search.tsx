// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { useFormat } from "../../app/format.ts";
import { Field } from "../../components/field.tsx";
import { PagedList } from "../../components/paged-list.tsx";
import { RefusalTable } from "./refusal-table.tsx";

const refreshMs = 10_000;
const fields = ["recipient", "peer", "cause"] as const;
const times = ["from", "to"] as const;

type Filter = Readonly<Record<(typeof fields)[number] | (typeof times)[number], string>>;

const nothing: Filter = { recipient: "", peer: "", cause: "", from: "", to: "" };

/** Why is my mail not here: refusals, searched. What is searched for stays out of the address, for it names people. */
export function RefusalSearch() {
  const { t } = useTranslation("activity");
  const { dateTime } = useFormat();
  const [filter, setFilter] = useState(nothing);
  const query = queryOf(useDeferredValue(filter));
  const found = useRefusals(query);
  const keptSince = found.data?.pages[0]?.keptSince;
  const bind = (field: keyof Filter) => ({
    value: filter[field],
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      setFilter({ ...filter, [field]: target.value }),
  });
  const rows = found.data?.pages.flatMap(({ refusals }) => refusals);
  return (
    <div className="stack">
      <p className="soft">
        {t("refusalsLead")} {keptSince !== undefined && t("keptSince", { at: dateTime(keptSince) })}
      </p>
      <search className="filter-grid">
        {fields.map((field) => (
          <Field key={field} label={t(field)} maxLength={100} autoComplete="off" spellCheck={false} {...bind(field)} />
        ))}
        {times.map((field) => (
          <Field key={field} label={t(field)} type="datetime-local" {...bind(field)} />
        ))}
      </search>
      <PagedList list={found} shown={rows?.length ?? 0}>
        <RefusalTable rows={rows} filtered={Object.keys(query).length > 0} stale={found.isPlaceholderData} />
      </PagedList>
    </div>
  );
}

type Query = Readonly<Partial<Record<keyof Filter, string>>>;

function useRefusals(query: Query) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["refusals", query],
    initialPageParam: undefined as number | undefined,
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    queryFn: ({ pageParam, signal }) => {
      const page = { ...query, limit: 50, ...(pageParam === undefined ? {} : { before: pageParam }) };
      return answerOf(api.GET("/refusals", { params: { query: page }, signal }));
    },
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

function queryOf(filter: Filter): Query {
  const words = fields.map((field) => [field, filter[field].trim()] as const);
  const moments = times.map((field) => [field, momentOf(filter[field])] as const);
  return Object.fromEntries([...words, ...moments].filter(([, value]) => value !== ""));
}

/** A time of the reader, as the API wants it; empty while it is none. */
function momentOf(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}
