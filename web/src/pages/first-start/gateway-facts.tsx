// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { CopyValue } from "../../components/copy-button.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem } from "../../components/problem.tsx";

/** The domain and the certificate, as they are now: what the first mailbox will be reached by. */
export function GatewayFacts({ onNext }: { readonly onNext: () => void }) {
  const { t } = useTranslation(["first-start", "frame"]);
  const api = useApi();
  const status = useQuery({ queryKey: ["status"], queryFn: () => answerOf(api.GET("/status")) });
  if (status.isPending) return <Loading />;
  if (status.isError) return <Problem error={status.error} retry={() => void status.refetch()} />;
  const { hostName, domains, running } = status.data;
  return (
    <div className="stack stack--wide">
      <section className="card">
        <dl className="facts">
          <dt>{t("host")}</dt>
          <dd>{hostName}</dd>
          <dt>{t("domains", { count: domains.length })}</dt>
          <dd>{domains.map((domain) => `…@${domain}`).join(", ")}</dd>
          <dt>{t("ports")}</dt>
          <dd>
            {running?.ports.map(({ service, host, port }) => (
              <span key={`${service}${host}${port}`} className="port">
                {service} {port}
              </span>
            ))}
          </dd>
          <dt>{t("fingerprint")}</dt>
          <dd>{running !== null && <CopyValue text={running.certificateFingerprint} label={t("fingerprint")} />}</dd>
        </dl>
      </section>
      <Notice kind="note" title={t("checkCertificate")}>
        <p>{t("checkCertificateText")}</p>
      </Notice>
      <Notice kind="note" title={t("checkDomain")}>
        <p>{t("checkDomainText")}</p>
      </Notice>
      <div className="row">
        <Button kind="primary" onClick={onNext}>
          {t("frame:next")}
        </Button>
      </div>
    </div>
  );
}
