// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { EventList } from "./event-list.tsx";
import { RefusalSearch } from "./refusal-search.tsx";
import { SessionTable } from "./session-table.tsx";

/** What goes on: who was refused and why, who is connected, and what happens as it happens. */
export function Page() {
  const { t } = useTranslation("activity");
  const [parameters, setParameters] = useSearchParams();
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      <Tabs
        label={t("title")}
        value={parameters.get("view") ?? "refusals"}
        onChange={(view) => setParameters({ view }, { replace: true })}
        tabs={[
          { value: "refusals", text: t("refusals"), content: <RefusalSearch /> },
          { value: "sessions", text: t("sessions"), content: <SessionTable /> },
          { value: "events", text: t("events"), content: <EventList /> },
        ]}
      />
    </>
  );
}
