// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/session.ts";
import { Loading } from "../../components/loading.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Problem } from "../../components/problem.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { AcmeForm } from "./acme-form.tsx";
import { AcmeState } from "./acme-state.tsx";
import { CurrentCard, Warnings } from "./current-card.tsx";
import { SelfSigned } from "./self-signed.tsx";
import { UploadForm } from "./upload-form.tsx";
import { type Certificate, useCertificate } from "./use-certificate.ts";

/** The certificate that all listeners show, and the ways to another one. */
export function Page() {
  const { t } = useTranslation(["certificate", "frame"]);
  const may = useMay();
  const { data: certificate, isPending, error, refetch } = useCertificate();
  return (
    <>
      <PageHeader title={t("frame:pages.certificate")} lead={t("lead")} />
      {isPending && <Loading />}
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      {certificate !== undefined && (
        <div className="stack stack--narrow">
          <Warnings certificate={certificate} />
          <CurrentCard certificate={certificate} />
          {certificate.source !== "files" && (may("settings:write") || certificate.acme.enabled) && (
            <ChooseCard certificate={certificate} mayChange={may("settings:write")} />
          )}
        </div>
      )}
    </>
  );
}

function ChooseCard({ certificate, mayChange }: { readonly certificate: Certificate; readonly mayChange: boolean }) {
  const { t } = useTranslation("certificate");
  const { acme, source } = certificate;
  const [way, setWay] = useState(acme.enabled ? "automatic" : source === "uploaded" ? "own" : "automatic");
  const automatic = (
    <div className="stack">
      <p className="card__text">{t("automaticText")}</p>
      {acme.enabled && <AcmeState acme={acme} mayChange={mayChange} />}
      {mayChange && <AcmeForm acme={acme} />}
    </div>
  );
  const own = (
    <div className="stack">
      <p className="card__text">{t("ownText")}</p>
      <UploadForm />
    </div>
  );
  return (
    <section className="card" aria-labelledby="choose">
      <div className="card__head">
        <h2 id="choose">{mayChange ? t("choose") : t("automatic")}</h2>
      </div>
      {mayChange ? (
        <Tabs
          label={t("ways")}
          value={way}
          onChange={setWay}
          tabs={[
            { value: "automatic", text: t("automatic"), content: automatic },
            { value: "own", text: t("own"), content: own },
            { value: "self-signed", text: t("selfSigned"), content: <SelfSigned certificate={certificate} /> },
          ]}
        />
      ) : (
        automatic
      )}
    </section>
  );
}
