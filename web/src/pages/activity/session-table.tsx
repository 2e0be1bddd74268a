// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answerOf } from "../../api/api.ts";
import type { Answers } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";
import { useFormat } from "../../app/format.ts";
import { mailboxHome } from "../../app/mailbox-path.ts";
import { Badge } from "../../components/badge.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Problem } from "../../components/problem.tsx";
import { Table } from "../../components/table.tsx";

type Session = Answers["listSessions"]["sessions"][number];

const refreshMs = 3000;

/** Who is connected now; looked at again every few seconds. */
export function SessionTable() {
  const { t } = useTranslation("activity");
  const { number, bytes } = useFormat();
  const api = useApi();
  const live = useQuery({
    queryKey: ["sessions"],
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => answerOf(api.GET("/sessions", { signal })),
  });
  if (live.isError) return <Problem error={live.error} retry={() => void live.refetch()} />;
  return (
    <Table
      caption={t("sessions")}
      rows={live.data?.sessions}
      rowKey={({ id }) => id}
      expectedRows={4}
      empty={<EmptyState title={t("noSessions")} text={t("noSessionsText")} />}
      columns={[
        { key: "peer", header: t("peer"), main: true, cell: peerCell },
        { key: "service", header: t("service"), cell: ({ service }) => service },
        { key: "tls", header: t("encryption"), cell: tlsCell },
        { key: "mailbox", header: t("mailbox"), cell: mailboxCell },
        { key: "messages", header: t("messages"), numeric: true, cell: ({ messages }) => number(messages) },
        { key: "size", header: t("size"), numeric: true, cell: ({ bytes: size }) => bytes(size) },
        { key: "since", header: t("since"), cell: sinceCell },
      ]}
    />
  );
}

const peerCell = ({ peer }: Session) => <code>{peer}</code>;
const tlsCell = (session: Session) => <Encryption {...session} />;
const mailboxCell = (session: Session) => <Whose {...session} />;
const sinceCell = (session: Session) => <Since {...session} />;

function Encryption({ tls }: Session) {
  const { t } = useTranslation("activity");
  return tls === null ? <Badge kind="warning">{t("inClear")}</Badge> : <Badge kind="good">{tls}</Badge>;
}

function Whose({ mailbox, target }: Session) {
  const { t } = useTranslation("activity");
  return (
    <span className="cell-lines">
      {mailbox === null ? (
        <span className="soft">{t("notSignedIn")}</span>
      ) : (
        <Link to={mailboxHome(mailbox)}>
          <code>{mailbox}</code>
        </Link>
      )}
      {target !== null && <span className="soft">{target}</span>}
    </span>
  );
}

function Since({ since }: Session) {
  const { ago, dateTime } = useFormat();
  return (
    <time dateTime={since} title={dateTime(since)}>
      {ago(since)}
    </time>
  );
}
