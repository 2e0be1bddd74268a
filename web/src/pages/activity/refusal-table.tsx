// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Answers } from "../../api/schema.ts";
import { useFormat } from "../../app/format.ts";
import { mailboxHome } from "../../app/mailbox-path.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Table } from "../../components/table.tsx";

type Refusal = Answers["listRefusals"]["refusals"][number];

interface RefusalTableProps {
  readonly rows: readonly Refusal[] | undefined;
  readonly filtered: boolean;
  readonly stale: boolean;
}

/** What was refused to whom, why, and what to do about it. All that a peer sent is text. */
export function RefusalTable({ rows, filtered, stale }: RefusalTableProps) {
  const { t } = useTranslation("activity");
  return (
    <Table
      caption={t("refusals")}
      rows={rows}
      rowKey={({ id }) => String(id)}
      stale={stale}
      empty={
        <EmptyState
          title={t(filtered ? "noneFound" : "noRefusals")}
          text={t(filtered ? "noneFoundText" : "noRefusalsText")}
        />
      }
      columns={[
        { key: "at", header: t("at"), main: true, cell: timeCell },
        { key: "cause", header: t("cause"), cell: causeCell },
        { key: "recipient", header: t("recipient"), cell: recipientCell },
        { key: "peer", header: t("peer"), cell: peerCell },
      ]}
    />
  );
}

const timeCell = (refusal: Refusal) => <Time {...refusal} />;
const causeCell = (refusal: Refusal) => <Cause {...refusal} />;
const recipientCell = (refusal: Refusal) => <Recipient {...refusal} />;
const peerCell = (refusal: Refusal) => <Peer {...refusal} />;

function Time({ at }: Refusal) {
  const { date, time } = useFormat();
  return (
    <time dateTime={at} className="cell-lines cell-lines--short">
      <span>{date(at)}</span>
      <span className="soft">{time(at)}</span>
    </time>
  );
}

function Cause({ cause, reply }: Refusal) {
  const { t } = useTranslation("activity");
  return (
    <span className="cell-lines cell-lines--wide">
      <code>{cause}</code>
      {/* Those that this console does not know yet are shown by their word alone. */}
      <span>{t(`causes.${cause}`, { defaultValue: "" })}</span>
      {reply !== null && (
        <span className="soft">
          {t("reply")} <code>{reply}</code>
        </span>
      )}
    </span>
  );
}

function Recipient({ recipient, mailbox, cause }: Refusal) {
  const { t } = useTranslation("activity");
  return (
    <span className="cell-lines">
      <span>{recipient ?? <span className="soft">{t("noRecipient")}</span>}</span>
      {mailbox !== null && cause !== "unknown-mailbox" && <Link to={mailboxHome(mailbox)}>{t("toMailbox")}</Link>}
    </span>
  );
}

function Peer({ peer, hello }: Refusal) {
  const { t } = useTranslation("activity");
  return (
    <span className="cell-lines">
      <code>{peer}</code>
      {hello !== null && (
        <span className="soft">
          {t("hello")} {hello}
        </span>
      )}
    </span>
  );
}
