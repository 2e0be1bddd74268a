// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { MailboxDetails } from "../../api/mailbox.ts";
import { useFormat } from "../../app/format.ts";

/** The settings, for those who may read them alone. */
export function FactsCard({ mailbox }: { readonly mailbox: MailboxDetails }) {
  const { t } = useTranslation(["mailbox-settings", "mailbox", "frame"]);
  const { bytes, dateTime } = useFormat();
  return (
    <section className="card" aria-labelledby="facts">
      <div className="card__head">
        <h2 id="facts">{t("settings")}</h2>
      </div>
      <dl className="facts">
        <dt>{t("mailbox:name")}</dt>
        <dd>{mailbox.name}</dd>
        <dt>{t("mailbox:description")}</dt>
        <dd>{mailbox.description === "" ? "—" : mailbox.description}</dd>
        <dt>{t("peers")}</dt>
        <dd>{mailbox.allowedPeers.length === 0 ? t("peersAll") : mailbox.allowedPeers.join(", ")}</dd>
        <dt>{t("tls")}</dt>
        <dd>{t(mailbox.requireTls ? "tlsNeeded" : "tlsNotNeeded")}</dd>
        <dt>{t("mailbox:purpose")}</dt>
        <dd>{t(`mailbox:purposes.${mailbox.purpose}`)}</dd>
        <dt>{t("targets")}</dt>
        <dd>{mailbox.allowedTargets.length === 0 ? t("targetsAll") : mailbox.allowedTargets.join(", ")}</dd>
        <dt>{t("most")}</dt>
        <dd>{mailbox.mostWaitingBytes === null ? t("mostNone") : bytes(mailbox.mostWaitingBytes)}</dd>
        <dt>{t("created")}</dt>
        <dd>{dateTime(mailbox.createdAt)}</dd>
      </dl>
    </section>
  );
}
