// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Answers } from "../../api/schema.ts";
import { useFormat } from "../../app/format.ts";
import { mailboxHome } from "../../app/mailbox-path.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Table } from "../../components/table.tsx";
import { type Change, changesOf } from "./changes.ts";

export type Entry = Answers["readAudit"]["entries"][number];

interface AuditTableProps {
  readonly rows: readonly Entry[] | undefined;
  readonly filtered: boolean;
  readonly stale: boolean;
}

/** Who changed what, when and from where. */
export function AuditTable({ rows, filtered, stale }: AuditTableProps) {
  const { t } = useTranslation("audit");
  const { number } = useFormat();
  return (
    <Table
      caption={t("title")}
      rows={rows}
      rowKey={({ position }) => String(position)}
      stale={stale}
      expectedRows={10}
      empty={
        <EmptyState title={t(filtered ? "noneFound" : "empty")} text={t(filtered ? "noneFoundText" : "emptyText")} />
      }
      columns={[
        { key: "position", header: t("position"), numeric: true, cell: ({ position }) => number(position) },
        {
          key: "at",
          header: t("at"),
          main: true,
          cell: timeCell,
        },
        { key: "actor", header: t("actor"), cell: actorCell },
        { key: "what", header: t("what"), cell: whatCell },
        { key: "changes", header: t("changes"), cell: changesCell },
      ]}
    />
  );
}

const timeCell = (entry: Entry) => <Time {...entry} />;
const actorCell = (entry: Entry) => <Actor {...entry} />;
const whatCell = (entry: Entry) => <What {...entry} />;
const changesCell = (entry: Entry) => <Changes entry={entry} />;

function Time({ at }: Entry) {
  const { dateTime } = useFormat();
  return (
    <time dateTime={at} className="nowrap">
      {dateTime(at)}
    </time>
  );
}

function Actor({ actor, origin }: Entry) {
  return (
    <span className="cell-lines cell-lines--short">
      <span>{actor}</span>
      <span className="soft">{origin}</span>
    </span>
  );
}

function What({ action, subject }: Entry) {
  const { t } = useTranslation("audit");
  return (
    <span className="cell-lines cell-lines--wide">
      {/* Those that this console does not know yet are shown by their code. */}
      <span>{t(`actions.${action}`, { defaultValue: action })}</span>
      {/^mbx-[0-9a-f]{32}$/.test(subject) && action !== "mailbox.deleted" ? (
        <Link to={mailboxHome(subject)}>
          <code>{subject}</code>
        </Link>
      ) : (
        <code className="soft">{subject}</code>
      )}
    </span>
  );
}

function Changes({ entry: { before, after, hash } }: { readonly entry: Entry }) {
  const { t } = useTranslation("audit");
  const changes = changesOf(before, after);
  return (
    <div className="cell-lines">
      {changes.length > 0 && (
        <ul className="audit-changes">
          {changes.map((change) => (
            <ChangeView key={change.field} {...change} />
          ))}
        </ul>
      )}
      <details className="audit-hash">
        <summary>{t("hash")}</summary>
        <code>{hash}</code>
      </details>
    </div>
  );
}

function ChangeView({ field, before, after }: Change) {
  const { t } = useTranslation("audit");
  const shown = (text: string) => (text === "" ? t("nothing") : text);
  return (
    <li>
      <span className="audit-changes__field">{t(`fields.${field}`, { defaultValue: field })}</span>{" "}
      {before !== undefined && (
        <del>
          <span className="visually-hidden">{t("was")} </span>
          {shown(before)}
        </del>
      )}{" "}
      {after !== undefined && (
        <ins>
          <span className="visually-hidden">{t("is")} </span>
          {shown(after)}
        </ins>
      )}
    </li>
  );
}
