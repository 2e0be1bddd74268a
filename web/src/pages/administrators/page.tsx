// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/session.ts";
import { Button } from "../../components/button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Problem } from "../../components/problem.tsx";
import { AdministratorDialog, type Asked } from "./administrator-dialog.tsx";
import { AdministratorTable } from "./administrator-table.tsx";
import "./administrators.css";
import { useAdministrators } from "./queries.ts";
import { TokensCard } from "./tokens-card.tsx";

/** Who may administer the gateway, and with which tokens. */
export function Page() {
  const { t } = useTranslation("administrators");
  const may = useMay();
  const administrators = useAdministrators();
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")}>
        {may("administrators:write") && (
          <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "create" })}>
            {t("create")}
          </Button>
        )}
      </PageHeader>
      <div className="stack stack--wide">
        {administrators.isError ? (
          <Problem error={administrators.error} retry={() => void administrators.refetch()} />
        ) : (
          <AdministratorTable rows={administrators.data} onAsk={setAsked} />
        )}
        <TokensCard />
      </div>
      <AdministratorDialog asked={asked} onClose={() => setAsked(undefined)} />
    </>
  );
}
