// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Refusal } from "../../api/mailbox-history.ts";
import { type Column, Table } from "../../components/table.tsx";
import { At } from "../../components/when.tsx";

interface RefusalTableProps {
  readonly rows: readonly Refusal[] | undefined;
  readonly stale: boolean;
  readonly empty: ReactNode;
}

export function RefusalTable({ rows, stale, empty }: RefusalTableProps) {
  const { t } = useTranslation("mailbox-refusals");
  const columns = useColumns();
  return (
    <Table
      caption={t("title")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => String(id)}
      stale={stale}
      empty={empty}
    />
  );
}

function useColumns(): readonly Column<Refusal>[] {
  const { t } = useTranslation("mailbox-refusals");
  return [
    { key: "cause", header: t("cause"), main: true, cell: (refusal) => <Cause refusal={refusal} /> },
    { key: "at", header: t("at"), cell: ({ at }) => <At at={at} /> },
    { key: "peer", header: t("peer"), cell: (refusal) => <Peer refusal={refusal} /> },
    { key: "recipient", header: t("recipient"), cell: ({ recipient }) => <Recipient recipient={recipient} /> },
  ];
}

/** In words with what to do, and the reply as the sender's log has it. */
function Cause({ refusal: { cause, reply } }: { readonly refusal: Refusal }) {
  const { t } = useTranslation("mailbox-refusals");
  return (
    <div className="refusal">
      <span>{t(`causes.${cause}`, { defaultValue: t("otherCause") })}</span>
      {reply !== null && <code className="refusal__reply">{reply}</code>}
    </div>
  );
}

function Peer({ refusal: { peer, hello } }: { readonly refusal: Refusal }) {
  return (
    <>
      <code>{peer}</code>
      {hello !== null && hello !== "" && <span className="refusal__hello">{hello}</span>}
    </>
  );
}

function Recipient({ recipient }: Pick<Refusal, "recipient">) {
  if (recipient === null || recipient === "") return <span className="soft">—</span>;
  return <code className="refusal__recipient">{recipient}</code>;
}
