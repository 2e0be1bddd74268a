// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { LedgerEntry } from "../../api/mailbox-history.ts";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { At } from "../../components/when.tsx";
import { isLedgerEvent, kindOf } from "../../mailbox/ledger-events.ts";

/** So much of a hash is enough to tell it from others by eye. */
const shownDigits = 12;

interface LedgerTableProps {
  readonly rows: readonly LedgerEntry[] | undefined;
  readonly filtered: boolean;
  readonly stale: boolean;
}

export function LedgerTable({ rows, filtered, stale }: LedgerTableProps) {
  const { t } = useTranslation("mailbox-ledger");
  const columns = useColumns();
  return (
    <Table
      caption={t("title")}
      columns={columns}
      rows={rows}
      rowKey={({ position }) => String(position)}
      stale={stale}
      empty={<EmptyState title={t("empty")} text={t(filtered ? "emptyFiltered" : "emptyText")} />}
    />
  );
}

function useColumns(): readonly Column<LedgerEntry>[] {
  const { t } = useTranslation("mailbox-ledger");
  const { number, bytes } = useFormat();
  return [
    { key: "position", header: t("position"), main: true, cell: ({ position }) => number(position) },
    { key: "at", header: t("at"), cell: ({ at }) => <At at={at} /> },
    { key: "event", header: t("event"), cell: ({ event }) => <EventBadge event={event} /> },
    { key: "message", header: t("message"), cell: ({ uniqueId }) => <Message uniqueId={uniqueId} /> },
    {
      key: "size",
      header: t("size"),
      numeric: true,
      cell: ({ sealedBytes }) => (sealedBytes === null ? <Nothing /> : bytes(sealedBytes)),
    },
    { key: "sha256", header: t("sha256"), cell: ({ sha256 }) => <Hash hash={sha256} /> },
    { key: "detail", header: t("detail"), cell: ({ detail }) => detail ?? <Nothing /> },
  ];
}

function EventBadge({ event }: Pick<LedgerEntry, "event">) {
  const { t } = useTranslation("mailbox-ledger");
  return <Badge kind={kindOf(event)}>{isLedgerEvent(event) ? t(`events.${event}`) : event}</Badge>;
}

function Message({ uniqueId }: Pick<LedgerEntry, "uniqueId">) {
  return uniqueId === null ? <Nothing /> : <code className="nowrap">{uniqueId}</code>;
}

function Hash({ hash }: { readonly hash: string | null }) {
  const { t } = useTranslation("mailbox-ledger");
  if (hash === null) return <Nothing />;
  return (
    <span className="copy-value">
      <code title={hash}>{hash.slice(0, shownDigits)}…</code>
      <CopyButton text={hash} label={`${t("sha256")} ${hash.slice(0, shownDigits)}`} />
    </span>
  );
}

function Nothing() {
  return <span className="soft">—</span>;
}
