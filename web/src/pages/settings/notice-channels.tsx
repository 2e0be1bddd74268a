// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import type { Answers } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";
import { useFormat } from "../../app/format.ts";
import { Button } from "../../components/button.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem } from "../../components/problem.tsx";

type State = Answers["getStatus"]["notices"][number];
type TestResult = Answers["sendTestNotice"];

/** The ways that notices go as they are set up, how each does, and a try. `version`: of the settings. */
export function NoticeChannels({ version, mayTest }: { readonly version: string; readonly mayTest: boolean }) {
  const { t } = useTranslation("settings");
  const api = useApi();
  const { data } = useQuery({
    queryKey: ["status", "notices", version],
    queryFn: ({ signal }) => answerOf(api.GET("/status", { signal })),
  });
  if (data === undefined) return null;
  return (
    <section className="stack notice-channels" aria-label={t("notices.title")}>
      <h3>{t("notices.title")}</h3>
      {data.notices.length === 0 && <p className="soft">{t("notices.none")}</p>}
      {data.notices.map((state) => (
        <NoticeChannel key={state.channel} state={state} mayTest={mayTest} />
      ))}
    </section>
  );
}

function NoticeChannel({ state, mayTest }: { readonly state: State; readonly mayTest: boolean }) {
  const { t } = useTranslation("settings");
  const { channel } = state;
  const api = useApi();
  const queries = useQueryClient();
  const test = useMutation({
    mutationFn: () => answerOf(api.POST("/notifications/test", { body: { channel } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["status"] }),
  });
  return (
    <div className="stack stack--close">
      <LastNotice state={state} />
      {mayTest && (
        <div className="row">
          <Button icon="send" busy={test.isPending} onClick={() => test.mutate()}>
            {t(`notices.test.${channel}`)}
          </Button>
        </div>
      )}
      <div role="status">
        {test.isPending && <Notice kind="note">{t("notices.sending")}</Notice>}
        {test.isError && <Problem error={test.error} />}
        {test.data !== undefined && !test.isPending && <Outcome result={test.data} />}
      </div>
    </div>
  );
}

function LastNotice({ state }: { readonly state: State }) {
  const { t } = useTranslation("settings");
  const { dateTime } = useFormat();
  const { channel, lastAttemptAt, lastDeliveredAt, failures, reason } = state;
  const name = t(`notices.channels.${channel}`);
  if (failures > 0)
    return (
      <Notice kind="warning" title={t("notices.failing", { name })}>
        {lastAttemptAt !== null && <p>{t("notices.lastAttempt", { at: dateTime(lastAttemptAt) })}</p>}
        {reason !== null && (
          <p>
            <code>{reason}</code>
          </p>
        )}
      </Notice>
    );
  return (
    <p>
      {lastDeliveredAt === null
        ? t("notices.noneYet", { name })
        : t("notices.lastDelivered", { name, at: dateTime(lastDeliveredAt) })}
    </p>
  );
}

/** The other side's own words: they name what is wrong. */
function Outcome({ result: { outcome, reply } }: { readonly result: TestResult }) {
  const { t } = useTranslation("settings");
  return (
    <Notice kind={outcome === "delivered" ? "good" : "error"} title={t(`notices.outcomes.${outcome}`)}>
      <p>
        {t(`notices.replies.${outcome}`)} <code>{reply}</code>
      </p>
    </Notice>
  );
}
