// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { MailboxDetails } from "../../api/mailbox.ts";
import { useMay } from "../../api/session.ts";
import { useFormat } from "../../app/format.ts";
import { Button } from "../../components/button.tsx";
import { CopyValue } from "../../components/copy-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem } from "../../components/problem.tsx";
import { type Progress, type TestMessageResult, useTestMessage } from "./use-test-message.ts";

/** A button that sends a test message, and what became of it. For any page about one mailbox. */
export function TestMessageCard({ mailbox }: { readonly mailbox: MailboxDetails }) {
  const { t } = useTranslation("mailbox-test");
  const may = useMay();
  const { progress, send } = useTestMessage(mailbox);
  if (!may("mailboxes:write")) return <Notice kind="note">{t("notAllowed")}</Notice>;
  const busy = progress.step === "sending" || progress.step === "arriving";
  return (
    <section className="card" aria-labelledby="test-message">
      <div className="card__head">
        <h2 id="test-message">{t("title")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("text")}</p>
        <div className="row">
          <Button kind="primary" icon="send" busy={busy} onClick={send}>
            {t(progress.step === "idle" ? "send" : "sendAgain")}
          </Button>
        </div>
        <div role="status">
          <Outcome progress={progress} />
        </div>
      </div>
    </section>
  );
}

function Outcome({ progress }: { readonly progress: Progress }) {
  const { t } = useTranslation("mailbox-test");
  switch (progress.step) {
    case "idle":
      return null;
    case "sending":
      return <Notice kind="note">{t("sending")}</Notice>;
    case "not-sent":
      return <Problem error={progress.error} />;
    case "arriving":
      return <Notice kind="note">{t("arriving")}</Notice>;
    case "arrived":
      return (
        <Notice kind="good" title={t("arrived")}>
          <p>{t("arrivedText")}</p>
          <Details result={progress.result} />
        </Notice>
      );
    case "late":
      return (
        <Notice kind="warning" title={t("late")}>
          <p>{t("lateText")}</p>
          <Details result={progress.result} />
        </Notice>
      );
    case "refused":
      return (
        <Notice kind="error" title={t(progress.result.outcome === "failed" ? "failed" : "refused")}>
          <p>{t(`causes.${progress.result.cause}`)}</p>
          <Details result={progress.result} />
        </Notice>
      );
  }
}

/** The listener's own words: whoever looks into a log finds them there. */
function Details({ result }: { readonly result: TestMessageResult }) {
  const { t } = useTranslation("mailbox-test");
  const { number } = useFormat();
  return (
    <dl className="facts">
      <dt>{t("reply")}</dt>
      <dd>
        <code>{result.reply}</code>
      </dd>
      <dt>{t("took")}</dt>
      <dd>{t("milliseconds", { value: number(result.tookMs) })}</dd>
      {result.outcome === "accepted" && (
        <>
          <dt>{t("messageId")}</dt>
          <dd>
            <CopyValue text={result.messageId} label={t("messageId")} />
          </dd>
        </>
      )}
    </dl>
  );
}
