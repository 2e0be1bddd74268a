// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { useMay, usePerson } from "../../api/session.ts";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import type { Asked } from "./administrator-dialog.tsx";
import type { Administrator } from "./queries.ts";

interface AdministratorTableProps {
  readonly rows: readonly Administrator[] | undefined;
  readonly onAsk: (asked: Asked) => void;
}

export function AdministratorTable({ rows, onAsk }: AdministratorTableProps) {
  const { t } = useTranslation("administrators");
  const columns = useColumns(onAsk);
  return (
    <Table
      caption={t("title")}
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      expectedRows={3}
      empty={<EmptyState title={t("none")} />}
    />
  );
}

function useColumns(onAsk: (asked: Asked) => void): readonly Column<Administrator>[] {
  const { t } = useTranslation(["administrators", "frame"]);
  const { date } = useFormat();
  const may = useMay();
  const columns: readonly Column<Administrator>[] = [
    { key: "name", header: t("name"), main: true, cell: ({ name }) => <Name name={name} /> },
    { key: "role", header: t("role"), cell: ({ role }) => t(`frame:roles.${role}`) },
    { key: "factors", header: t("factorsColumn"), cell: (row) => <Factors of={row} /> },
    { key: "created", header: t("since"), cell: ({ createdAt }) => date(createdAt) },
    { key: "password", header: t("passwordOf"), cell: ({ passwordChangedAt }) => date(passwordChangedAt) },
  ];
  if (!may("administrators:write")) return columns;
  return [
    ...columns,
    { key: "actions", header: t("frame:actions"), cell: (row) => <Actions row={row} onAsk={onAsk} /> },
  ];
}

function Name({ name }: { readonly name: string }) {
  const { t } = useTranslation("administrators");
  const me = usePerson().name === name;
  return (
    <span className="administrator-name">
      {name} {me && <Badge kind="accent">{t("you")}</Badge>}
    </span>
  );
}

function Factors({ of: { secondFactors } }: { readonly of: Administrator }) {
  const { t } = useTranslation("administrators");
  if (secondFactors.length === 0) return <Badge kind="warning">{t("noFactors")}</Badge>;
  return (
    <span className="row">
      {secondFactors.map((kind) => (
        <Badge key={kind} kind="good">
          {t(`kinds.${kind}`)}
        </Badge>
      ))}
    </span>
  );
}

interface ActionsProps {
  readonly row: Administrator;
  readonly onAsk: (asked: Asked) => void;
}

/** What one does with oneself stands under one's account, where the password is asked. */
function Actions({ row, onAsk }: ActionsProps) {
  const { t } = useTranslation("administrators");
  const { name } = row;
  const me = usePerson().name === name;
  const button = (kind: Exclude<Asked["kind"], "create">, icon: "settings" | "key" | "refresh" | "trash") => (
    <Button kind="quiet" icon={icon} label={t(`${kind}Named`, { name })} onClick={() => onAsk({ kind, row })} />
  );
  return (
    <span className="administrator-actions">
      {button("role", "settings")}
      {!me && button("password", "key")}
      {!me && row.secondFactors.length > 0 && button("factors", "refresh")}
      {button("remove", "trash")}
    </span>
  );
}
