// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Answers } from "../../api/schema.ts";
import { type Format, useFormat } from "../../app/format.ts";
import { stateBadge } from "../../app/mailbox-frame.tsx";
import { mailboxHome } from "../../app/mailbox-path.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { type Column, type Sorting, Table } from "../../components/table.tsx";
import { whenCell } from "../../components/when.tsx";

export type MailboxRow = Answers["listMailboxes"]["mailboxes"][number];

interface MailboxTableProps {
  readonly rows: readonly MailboxRow[] | undefined;
  readonly total: number | undefined;
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
  return <Table caption={t("title")} columns={columns} rowKey={idOf} empty={empty} {...table} />;
}

const idOf = ({ id }: MailboxRow): string => id;

function useColumns(): readonly Column<MailboxRow>[] {
  const { t } = useTranslation(["mailboxes", "mailbox", "frame"]);
  const format = useFormat();
  return useMemo(() => columnsOf(t, format), [t, format]);
}

type Text = TFunction<["mailboxes", "mailbox", "frame"]>;

/** The cells share what is looked up here: a table of thousands of rows would look it up thousands of times. */
function columnsOf(t: Text, format: Format): readonly Column<MailboxRow>[] {
  const when = (at: string | null, none: string) => whenCell(format, { at, none });
  return [
    { key: "name", header: t("name"), main: true, wide: true, sort: "name", cell: nameCell },
    { key: "state", header: t("state"), cell: ({ state }) => stateBadge(state, t(`frame:mailboxStates.${state}`)) },
    { key: "source", header: t("source"), cell: (row) => sourceCell(row, t) },
    {
      key: "messages",
      header: t("waiting"),
      numeric: true,
      sort: "messages",
      cell: (row) => waitingCell(row, format),
    },
    {
      key: "oldest",
      header: t("oldest"),
      sort: "oldestReceivedAt",
      cell: ({ oldestReceivedAt }) => when(oldestReceivedAt, "—"),
    },
    {
      key: "received",
      header: t("lastReceived"),
      sort: "lastReceivedAt",
      cell: ({ lastReceivedAt }) => when(lastReceivedAt, t("frame:never")),
    },
    {
      key: "pulled",
      header: t("lastPulled"),
      sort: "lastPulledAt",
      cell: ({ lastPulledAt }) => when(lastPulledAt, t("frame:never")),
    },
  ];
}

function waitingCell({ messages, sealedBytes }: MailboxRow, { number, bytes }: Format) {
  if (messages === 0) return <span className="soft">0</span>;
  return (
    <>
      {number(messages)}
      <span className="mailbox-description">{bytes(sealedBytes)}</span>
    </>
  );
}

/** What it was made for, and how mail has really come. */
function sourceCell({ purpose, sources }: MailboxRow, t: Text) {
  return (
    <>
      <span className="nowrap">{t(`mailbox:purposes.${purpose}`)}</span>
      {sources.length > 0 && (
        <span className="mailbox-description">
          {sources.map((source) => t(`mailbox:sources.${source}`)).join(" · ")}
        </span>
      )}
    </>
  );
}

function nameCell({ id, name, description }: MailboxRow) {
  return (
    <>
      <Link to={mailboxHome(id)} className="mailbox-name">
        {name}
      </Link>
      {description !== "" && <span className="mailbox-description">{description}</span>}
    </>
  );
}
