// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { mustAddFactor, usePerson } from "../../api/session.ts";
import { Notice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import "./account.css";
import { FactorsCard } from "./factors-card.tsx";
import { PasswordCard } from "./password-card.tsx";
import { PreferencesCard } from "./preferences-card.tsx";
import { SignInsCard } from "./sign-ins-card.tsx";
import { TokensCard } from "./tokens-card.tsx";

/** What people do with their own account. */
export function Page() {
  const { t } = useTranslation(["account", "frame"]);
  const person = usePerson();
  const { name, role } = person;
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead", { name, role: t(`frame:roles.${role}`) })} />
      <div className="stack stack--narrow">
        {mustAddFactor(person) && (
          <Notice kind="warning" title={t("factorNeededTitle")}>
            <p>{t("factorNeeded")}</p>
          </Notice>
        )}
        <FactorsCard />
        <PasswordCard />
        <TokensCard />
        <SignInsCard />
        <PreferencesCard />
      </div>
    </>
  );
}
