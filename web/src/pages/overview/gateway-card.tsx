// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Overview } from "../../api/overview.ts";
import { isOver, useFormat } from "../../app/format.ts";
import { usePagePath } from "../../app/page-path.ts";
import { Badge } from "../../components/badge.tsx";
import { CopyValue } from "../../components/copy-button.tsx";

/** From here on somebody should think of it. */
const soonMs = 21 * 86_400_000;

/** What runs, since when, and how long its certificate lasts. */
export function GatewayCard({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation("overview");
  const { dateTime, ago } = useFormat();
  const { certificate, startedAt, store, version } = overview;
  return (
    <section className="card stack stack--close" aria-labelledby="gateway">
      <h2 id="gateway">{t("gateway")}</h2>
      <dl className="facts">
        <dt>{t("store")}</dt>
        <dd>
          <Badge kind={store === "ready" ? "good" : "error"}>{t(`stores.${store}`)}</Badge>
        </dd>
        <dt>{t("certificate")}</dt>
        <dd>{certificate === null ? "—" : <CertificateEnd certificate={certificate} />}</dd>
        <dt>{t("fingerprint")}</dt>
        <dd>{certificate === null ? "—" : <CopyValue text={certificate.fingerprint} label={t("fingerprint")} />}</dd>
        <dt>{t("running")}</dt>
        <dd>{startedAt === null ? "—" : t("runningSince", { at: dateTime(startedAt), ago: ago(startedAt) })}</dd>
        <dt>{t("version")}</dt>
        <dd>{version ?? "—"}</dd>
      </dl>
    </section>
  );
}

interface CertificateEndProps {
  readonly certificate: NonNullable<Overview["certificate"]>;
}

function CertificateEnd({ certificate: { notAfter, selfSigned } }: CertificateEndProps) {
  const { t } = useTranslation("overview");
  const { date, ago } = useFormat();
  const to = usePagePath()("certificate");
  const ended = isOver(notAfter);
  const soon = isOver(new Date(Date.parse(notAfter) - soonMs).toISOString());
  const text = t(ended ? "certificateEnded" : "certificateEnds", { date: date(notAfter), ago: ago(notAfter) });
  return (
    <span className="row">
      {to === undefined ? text : <Link to={to}>{text}</Link>}
      {soon && <Badge kind={ended ? "error" : "warning"}>{t(ended ? "ended" : "soon")}</Badge>}
      {selfSigned && <Badge kind="neutral">{t("selfSigned")}</Badge>}
    </span>
  );
}
