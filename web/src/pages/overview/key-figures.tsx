// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Overview } from "../../api/overview.ts";
import { useFormat } from "../../app/format.ts";
import { usePagePath } from "../../app/page-path.ts";
import { Figure, Figures } from "../../components/figure.tsx";

/** What waits, what moved in the last day, and how the mailboxes are. */
export function KeyFigures({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation("overview");
  const { number, bytes, ago, dateTime } = useFormat();
  const { messages, sealedBytes, oldestReceivedAt, lastDay } = overview;
  return (
    <Figures label={t("figures")}>
      <Figure label={t("waiting")} value={number(messages)} note={t("sealed", { bytes: bytes(sealedBytes) })} />
      <Figure
        label={t("oldest")}
        value={oldestReceivedAt === null ? "—" : ago(oldestReceivedAt)}
        note={oldestReceivedAt === null ? t("nothingWaits") : dateTime(oldestReceivedAt)}
      />
      <MailboxesFigure mailboxes={overview.mailboxes} />
      <Figure
        label={t("received")}
        value={number(lastDay.received)}
        note={t("lastDayBytes", { bytes: bytes(lastDay.receivedBytes) })}
      />
      <Figure label={t("pulled")} value={number(lastDay.pulled)} note={t("lastDay")} />
      <Figure label={t("refused")} value={number(lastDay.refused)} note={t("lastDay")} />
    </Figures>
  );
}

function MailboxesFigure({ mailboxes }: Pick<Overview, "mailboxes">) {
  const { t } = useTranslation("overview");
  const { number } = useFormat();
  const to = usePagePath()("mailboxes");
  const parts = (["suspended", "quiet", "notPulled"] as const)
    .filter((key) => mailboxes[key] > 0)
    .map((key) => t(`mailboxParts.${key}`, { count: mailboxes[key] }));
  const label = t("mailboxes");
  return (
    <Figure
      label={to === undefined ? label : <Link to={to}>{label}</Link>}
      value={t("activeMailboxes", { value: number(mailboxes.active) })}
      note={parts.length === 0 ? t("mailboxesWell") : parts.join(" · ")}
    />
  );
}
