// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem } from "../../components/problem.tsx";
import { type Certificate, useChange } from "./use-certificate.ts";

type Acme = Certificate["acme"];

const kinds = { off: "neutral", ordering: "accent", failing: "error", issued: "good", due: "neutral" } as const;

/** How the orders go: the last, the next, and what to do when one failed. */
export function AcmeState({ acme, mayChange }: { readonly acme: Acme; readonly mayChange: boolean }) {
  const { t } = useTranslation("certificate");
  const { dateTime } = useFormat();
  const { state, lastAttemptAt, nextAttemptAt, lastError } = acme;
  return (
    <div className="stack">
      <dl className="facts">
        <dt>{t("state")}</dt>
        <dd>
          <span role="status">
            <Badge kind={kinds[state]}>{t(`states.${state}`)}</Badge>
          </span>
        </dd>
        {lastAttemptAt !== null && (
          <>
            <dt>{t("lastAttempt")}</dt>
            <dd>{dateTime(lastAttemptAt)}</dd>
          </>
        )}
        {nextAttemptAt !== null && state !== "ordering" && (
          <>
            <dt>{state === "issued" ? t("nextRenewal") : t("nextAttempt")}</dt>
            <dd>{dateTime(nextAttemptAt)}</dd>
          </>
        )}
      </dl>
      {mayChange && (state === "issued" || state === "due") && <RenewNow />}
      {lastError !== null && state !== "ordering" && <Failure error={lastError} mayChange={mayChange} />}
    </div>
  );
}

function RenewNow() {
  const { t } = useTranslation("certificate");
  const renew = useChange(t("renewing"), (api, _nothing: undefined) => answerOf(api.POST("/certificate/renew")));
  return (
    <>
      <p className="card__text">{t("renewNowText")}</p>
      <div className="row">
        <Button icon="refresh" busy={renew.isPending} onClick={() => renew.mutate(undefined)}>
          {t("renewNow")}
        </Button>
      </div>
      {renew.isError && <Problem error={renew.error} />}
    </>
  );
}

function Failure({
  error,
  mayChange,
}: {
  readonly error: NonNullable<Acme["lastError"]>;
  readonly mayChange: boolean;
}) {
  const { t, i18n } = useTranslation("certificate");
  const again = useChange(t("asked"), (api, _nothing: undefined) =>
    answerOf(api.POST("/certificate/acme", { body: {} })),
  );
  const advice = i18n.exists(`certificate:todo.${error.code}`) ? `todo.${error.code}` : "todo.other";
  return (
    <Notice kind="error" title={t("failedTitle")}>
      <p>{t(advice)}</p>
      <p>
        {t("authoritySays")}: <code>{error.detail}</code>
      </p>
      <p>{t("oldStays")}</p>
      {mayChange && (
        <Button icon="refresh" busy={again.isPending} onClick={() => again.mutate(undefined)}>
          {t("tryAgain")}
        </Button>
      )}
      {again.isError && <Problem error={again.error} />}
    </Notice>
  );
}
