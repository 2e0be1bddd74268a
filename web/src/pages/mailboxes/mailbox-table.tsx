// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Answers } from "../../api/schema.ts";
import { useFormat } from "../../app/format.ts";
import { StateBadge } from "../../app/mailbox-frame.tsx";
import { mailboxHome } from "../../app/mailbox-path.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { type Column, type Sorting, Table } from "../../components/table.tsx";

export type MailboxRow = Answers["listMailboxes"]["mailboxes"][number];

interface MailboxTableProps {
  readonly rows: readonly MailboxRow[] | undefined;
  /** Not all are asked for. */
  readonly filtered: boolean;
  readonly stale: boolean;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
}

export function MailboxTable({ filtered, ...table }: MailboxTableProps) {
  const { t } = useTranslation("mailboxes");
  const columns = useColumns();
  const empty = filtered ? (
    <EmptyState title={t("noneFound")} text={t("noneFoundText")} />
  ) : (
    <EmptyState title={t("empty")} text={t("emptyText")} />
  );
  return <Table caption={t("title")} columns={columns} rowKey={({ id }) => id} empty={empty} {...table} />;
}

function useColumns(): readonly Column<MailboxRow>[] {
  const { t } = useTranslation(["mailboxes", "frame"]);
  return [
    { key: "name", header: t("name"), main: true, wide: true, sort: "name", cell: (row) => <NameCell row={row} /> },
    {
      key: "state",
      header: t("state"),
      cell: ({ state }) => <StateBadge state={state} />,
    },
    { key: "source", header: t("source"), cell: (row) => <SourceCell row={row} /> },
    {
      key: "messages",
      header: t("waiting"),
      numeric: true,
      sort: "messages",
      cell: (row) => <WaitingCell row={row} />,
    },
    {
      key: "oldest",
      header: t("oldest"),
      sort: "oldestReceivedAt",
      cell: ({ oldestReceivedAt }) => <When at={oldestReceivedAt} none="—" />,
    },
    {
      key: "received",
      header: t("lastReceived"),
      sort: "lastReceivedAt",
      cell: ({ lastReceivedAt }) => <When at={lastReceivedAt} none={t("frame:never")} />,
    },
    {
      key: "pulled",
      header: t("lastPulled"),
      sort: "lastPulledAt",
      cell: ({ lastPulledAt }) => <When at={lastPulledAt} none={t("frame:never")} />,
    },
  ];
}

function WaitingCell({ row: { messages, sealedBytes } }: { readonly row: MailboxRow }) {
  const { number, bytes } = useFormat();
  if (messages === 0) return <span className="soft">0</span>;
  return (
    <>
      {number(messages)}
      <span className="mailbox-description">{bytes(sealedBytes)}</span>
    </>
  );
}

/** What it was made for, and how mail has really come. */
function SourceCell({ row: { purpose, sources } }: { readonly row: MailboxRow }) {
  const { t } = useTranslation("mailbox");
  return (
    <>
      <span className="nowrap">{t(`purposes.${purpose}`)}</span>
      {sources.length > 0 && (
        <span className="mailbox-description">{sources.map((source) => t(`sources.${source}`)).join(" · ")}</span>
      )}
    </>
  );
}

function NameCell({ row: { id, name, description } }: { readonly row: MailboxRow }) {
  return (
    <>
      <Link to={mailboxHome(id)} className="mailbox-name">
        {name}
      </Link>
      {description !== "" && <span className="mailbox-description">{description}</span>}
    </>
  );
}

/** How long ago, with the time itself for whoever points at it. */
function When({ at, none }: { readonly at: string | null; readonly none: string }) {
  const { ago, dateTime } = useFormat();
  if (at === null) return <span className="soft">{none}</span>;
  return (
    <time className="nowrap" dateTime={at} title={dateTime(at)}>
      {ago(at)}
    </time>
  );
}
