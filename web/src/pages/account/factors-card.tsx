// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { knowsPasskeys } from "../../api/passkeys.ts";
import type { Answers } from "../../api/schema.ts";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem } from "../../components/problem.tsx";
import { type Asked, FactorDialog } from "./factor-dialog.tsx";
import { type Factor, useFactors } from "./queries.ts";

/** Fewer than this, and it is time for new ones. */
const fewCodes = 4;

/** What is wanted beside the password when somebody signs in. */
export function FactorsCard() {
  const { t } = useTranslation("account");
  const factors = useFactors();
  const [asked, setAsked] = useState<Asked>();
  return (
    <section className="card" aria-labelledby="factors">
      <div className="card__head">
        <h2 id="factors">{t("factors")}</h2>
        {factors.data !== undefined && (
          <Badge kind={factors.data.factors.length === 0 ? "warning" : "good"}>
            {t(factors.data.factors.length === 0 ? "off" : "on")}
          </Badge>
        )}
      </div>
      <div className="stack">
        <p className="card__text">{t("factorsText")}</p>
        {factors.isPending && <Loading />}
        {factors.isError && <Problem error={factors.error} retry={() => void factors.refetch()} />}
        {factors.data !== undefined && <Factors all={factors.data} onAsk={setAsked} />}
      </div>
      <FactorDialog asked={asked} onClose={() => setAsked(undefined)} />
    </section>
  );
}

interface FactorsProps {
  readonly all: Answers["listSecondFactors"];
  readonly onAsk: (asked: Asked) => void;
}

function Factors({ all: { factors, recoveryCodesLeft, passkeysHere }, onAsk }: FactorsProps) {
  const { t } = useTranslation("account");
  const canPasskey = passkeysHere && knowsPasskeys();
  return (
    <>
      {factors.length > 0 && (
        <ul className="things">
          {factors.map((factor) => (
            <FactorRow key={factor.id} factor={factor} onRemove={() => onAsk({ kind: "remove", factor })} />
          ))}
        </ul>
      )}
      {recoveryCodesLeft !== null && recoveryCodesLeft < fewCodes && (
        <Notice kind="warning">{t("codesFew", { count: recoveryCodesLeft })}</Notice>
      )}
      <div className="row">
        <Button icon="plus" onClick={() => onAsk({ kind: "totp" })}>
          {t("addTotp")}
        </Button>
        <Button icon="key" disabled={!canPasskey} onClick={() => onAsk({ kind: "passkey" })}>
          {t("addPasskey")}
        </Button>
        {recoveryCodesLeft !== null && (
          <Button icon="refresh" onClick={() => onAsk({ kind: "codes" })}>
            {t("newCodes")}
          </Button>
        )}
      </div>
      {recoveryCodesLeft !== null && <p className="soft">{t("codesLeft", { count: recoveryCodesLeft })}</p>}
      {!canPasskey && <p className="soft">{t(knowsPasskeys() ? "noPasskeysHere" : "noPasskeysBrowser")}</p>}
    </>
  );
}

function FactorRow({ factor, onRemove }: { readonly factor: Factor; readonly onRemove: () => void }) {
  const { t } = useTranslation(["account", "frame"]);
  const { date, ago } = useFormat();
  const used = factor.lastUsedAt === null ? t("frame:never") : ago(factor.lastUsedAt);
  return (
    <li className="thing">
      <div className="thing__text">
        <span className="thing__name">{factor.name}</span>
        <span className="soft">
          {t(`kinds.${factor.kind}`)} · {t("addedAt", { date: date(factor.createdAt) })} · {t("usedAt", { when: used })}
        </span>
      </div>
      <Button kind="quiet" icon="trash" label={t("removeNamed", { name: factor.name })} onClick={onRemove} />
    </li>
  );
}
