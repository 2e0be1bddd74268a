// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { usePerson } from "../../api/session.ts";
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
  const { name, role } = usePerson();
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead", { name, role: t(`frame:roles.${role}`) })} />
      <div className="stack stack--narrow">
        <FactorsCard />
        <PasswordCard />
        <TokensCard />
        <SignInsCard />
        <PreferencesCard />
      </div>
    </>
  );
}
