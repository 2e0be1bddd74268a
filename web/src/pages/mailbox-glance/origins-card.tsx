// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Origin, useOrigins } from "../../api/mailbox-history.ts";
import { useFormat } from "../../app/format.ts";
import { mailboxPage } from "../../app/mailbox-path.ts";
import { Badge } from "../../components/badge.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Problem } from "../../components/problem.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { When } from "../../components/when.tsx";

/** Which servers the mail came from, and whether encrypted. */
export function OriginsCard({ id }: { readonly id: string }) {
  const { t } = useTranslation("mailbox-glance");
  const { dateTime } = useFormat();
  const columns = useColumns();
  const { data, isError, error, refetch } = useOrigins(id);
  return (
    <div className="stack stack--close">
      <div>
        <h2>{t("origins")}</h2>
        <p className="card__text">
          {data === undefined ? t("originsLead") : t("originsLeadSince", { at: dateTime(data.keptSince) })}
        </p>
      </div>
      {isError && data === undefined ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : (
        <Table
          caption={t("origins")}
          columns={columns}
          rows={data?.origins}
          rowKey={({ source, peer, tls }) => `${source} ${peer} ${tls ?? ""}`}
          expectedRows={2}
          empty={
            <EmptyState title={t("originsEmpty")} text={t("originsEmptyText")} heading="h3">
              <Link className="button" to={mailboxPage("mailbox-refusals", id)}>
                {t("originsEmptyLink")}
              </Link>
            </EmptyState>
          }
        />
      )}
    </div>
  );
}

function useColumns(): readonly Column<Origin>[] {
  const { t } = useTranslation("mailbox-glance");
  const { number, bytes } = useFormat();
  return [
    { key: "peer", header: t("peer"), main: true, cell: ({ peer }) => <code>{peer}</code> },
    { key: "source", header: t("source"), cell: ({ source }) => t(`sources.${source}`) },
    { key: "tls", header: t("tls"), cell: ({ tls }) => <Tls tls={tls} /> },
    { key: "messages", header: t("messages"), numeric: true, cell: ({ messages }) => number(messages) },
    { key: "size", header: t("size"), numeric: true, cell: ({ bytes: size }) => bytes(size) },
    { key: "last", header: t("last"), cell: ({ lastAt }) => <When at={lastAt} none="—" /> },
  ];
}

function Tls({ tls }: Pick<Origin, "tls">) {
  const { t } = useTranslation("mailbox-glance");
  if (tls === null) return <Badge kind="warning">{t("tlsNone")}</Badge>;
  return <Badge kind="good">{tls}</Badge>;
}
