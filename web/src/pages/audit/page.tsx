// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { answerOf } from "../../api/api.ts";
import type { Answers } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";
import { useFormat } from "../../app/format.ts";
import { CopyValue } from "../../components/copy-button.tsx";
import { Icon } from "../../components/icon.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PagedList } from "../../components/paged-list.tsx";
import { AuditFilter, type Filter, queryOf } from "./audit-filter.tsx";
import { AuditTable } from "./audit-table.tsx";
import "./audit.css";

/** The audit trail: searched, read page by page, and taken away as a file. */
export function Page() {
  const { t } = useTranslation("audit");
  const [filter, change] = useFilter();
  const query = queryOf(useDeferredValue(filter));
  const trail = useTrail(query);
  const rows = trail.data?.pages.flatMap(({ entries }) => entries);
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")}>
        <Export query={query} format="csv" text={t("exportCsv")} />
        <Export query={query} format="jsonl" text={t("exportJsonLines")} />
      </PageHeader>
      <div className="stack">
        <AuditFilter filter={filter} onChange={change} />
        <PagedList list={trail} shown={rows?.length ?? 0}>
          <AuditTable rows={rows} filtered={Object.keys(query).length > 0} stale={trail.isPlaceholderData} />
        </PagedList>
        <Head head={trail.data?.pages[0]?.head} />
      </div>
    </>
  );
}

type Query = ReturnType<typeof queryOf>;

function useTrail(query: Query) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["audit", query],
    initialPageParam: undefined as number | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const page = { ...query, limit: 50, ...(pageParam === undefined ? {} : { before: pageParam }) };
      return answerOf(api.GET("/audit", { params: { query: page }, signal }));
    },
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

/** The filter stands in the address, so that what was found can be linked to. */
function useFilter(): readonly [Filter, (field: keyof Filter, value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const of = (field: keyof Filter): string => parameters.get(field) ?? "";
  const filter = { actor: of("actor"), subject: of("subject"), action: of("action"), from: of("from"), to: of("to") };
  const change = (field: keyof Filter, value: string): void => {
    const next = { ...filter, [field]: value };
    const shown = Object.fromEntries(Object.entries(next).filter(([, text]) => text !== ""));
    setParameters(shown, { replace: true });
  };
  return [filter, change];
}

interface ExportProps {
  readonly query: Query;
  readonly format: "csv" | "jsonl";
  readonly text: string;
}

/** What the filter shows, all of it, as a file. */
function Export({ query, format, text }: ExportProps) {
  const parameters = new URLSearchParams({ ...query, format });
  return (
    <a
      className="button button--plain"
      href={`/api/v1/audit/export?${parameters}`}
      download={`postern-audit.${format}`}
    >
      <Icon name="download" />
      {text}
    </a>
  );
}

/** Whoever writes this down sees later whether the trail has been changed. */
function Head({ head }: { readonly head: Answers["readAudit"]["head"] | undefined }) {
  const { t } = useTranslation("audit");
  const { number } = useFormat();
  if (head === undefined) return null;
  return (
    <section className="card" aria-labelledby="audit-head">
      <div className="card__head">
        <h2 id="audit-head">{t("head")}</h2>
      </div>
      <div className="stack stack--close">
        <p className="card__text">{t("headText")}</p>
        <dl className="facts">
          <dt>{t("position")}</dt>
          <dd>{number(head.position)}</dd>
          <dt>{t("hash")}</dt>
          <dd>
            <CopyValue text={head.hash} label={t("hash")} />
          </dd>
        </dl>
      </div>
    </section>
  );
}
