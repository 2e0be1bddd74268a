// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { ActivityCard } from "../../activity/activity-card.tsx";
import { useOverview } from "../../api/overview.ts";
import { useFormat } from "../../app/format.ts";
import { Loading } from "../../components/loading.tsx";
import { Notice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Problem } from "../../components/problem.tsx";
import { DiskCard } from "./disk-card.tsx";
import { FirstMailbox } from "./first-mailbox.tsx";
import { GatewayCard } from "./gateway-card.tsx";
import { KeyFigures } from "./key-figures.tsx";
import { Verdict } from "./verdict.tsx";
import "./overview.css";

/** Is everything well? And if not: what, and what to do. Then the figures. */
export function Page() {
  const { t } = useTranslation("overview");
  const { time } = useFormat();
  const { data: overview, error, isError, isPending, dataUpdatedAt, refetch } = useOverview();
  const empty = overview !== undefined && overview.mailboxes.active + overview.mailboxes.suspended === 0;
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      {isPending && <Loading />}
      {isError && overview === undefined && <Problem error={error} retry={() => void refetch()} />}
      {overview !== undefined && (
        <div className="stack overview">
          {isError && <Notice kind="warning">{t("outOfDate", { time: time(dataUpdatedAt) })}</Notice>}
          <Verdict attention={overview.attention} resting={empty} />
          {empty ? (
            <FirstMailbox />
          ) : (
            <>
              <KeyFigures overview={overview} />
              <ActivityCard />
            </>
          )}
          <div className="overview__pair">
            <DiskCard disk={overview.disk} sealedBytes={overview.sealedBytes} />
            <GatewayCard overview={overview} />
          </div>
        </div>
      )}
    </>
  );
}
