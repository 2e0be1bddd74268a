// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { CopyValue } from "../../components/copy-button.tsx";
import { Notice } from "../../components/notice.tsx";
import type { Certificate } from "./use-certificate.ts";

const soonMs = 14 * 86_400_000;

/** What is shown now, and what is wrong with it. */
export function CurrentCard({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useTranslation("certificate");
  const { date, ago } = useFormat();
  const { source, names, issuer, notBefore, notAfter, fingerprint, selfSigned } = certificate;
  return (
    <section className="card" aria-labelledby="current">
      <div className="card__head">
        <h2 id="current">{t("current")}</h2>
        <Badge kind={selfSigned ? "warning" : "good"}>{t(`sources.${source}`)}</Badge>
      </div>
      <dl className="facts">
        <dt>{t("names")}</dt>
        <dd>{names.join(", ")}</dd>
        <dt>{t("issuer")}</dt>
        <dd>{selfSigned ? t("itself") : issuer}</dd>
        <dt>{t("validFrom")}</dt>
        <dd>{date(notBefore)}</dd>
        <dt>{t("validUntil")}</dt>
        <dd>
          {date(notAfter)} <span className="soft">({ago(notAfter)})</span>
        </dd>
        <dt>{t("fingerprint")}</dt>
        <dd>
          <CopyValue text={fingerprint} label={t("fingerprint")} />
        </dd>
      </dl>
    </section>
  );
}

/** What an administrator should do something about, the worst first. */
export function Warnings({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useTranslation("certificate");
  const { source, notAfter, selfSigned, coversHostName, hostName } = certificate;
  const [openedMs] = useState(Date.now);
  const leftMs = new Date(notAfter).getTime() - openedMs;
  return (
    <>
      {leftMs < soonMs && (
        <Notice kind={leftMs < 0 ? "error" : "warning"} title={leftMs < 0 ? t("expired") : t("expiresSoon")}>
          <p>{t("expiresText")}</p>
        </Notice>
      )}
      {!coversHostName && (
        <Notice kind="warning" title={t("notCovered", { host: hostName })}>
          <p>{t("notCoveredText")}</p>
        </Notice>
      )}
      {selfSigned && (
        <Notice kind="warning" title={t("selfSignedTitle")}>
          <p>{t("selfSignedText")}</p>
        </Notice>
      )}
      {source === "files" && (
        <Notice kind="note" title={t("fromFiles")}>
          <p>{t("fromFilesText")}</p>
        </Notice>
      )}
    </>
  );
}
