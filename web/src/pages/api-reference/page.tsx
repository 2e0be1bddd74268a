// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Field } from "../../components/field.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loading } from "../../components/loading.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Problem } from "../../components/problem.tsx";
import { OperationView } from "./operation-view.tsx";
import { type Operation, readOperations } from "./operations.ts";
import "./api-reference.css";

/** Every call of the API, from the description that the gateway itself serves. */
export function Page() {
  const { t } = useTranslation("api-reference");
  const description = useDescription();
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")}>
        <a className="button button--plain" href="/api/v1/openapi.json" download="postern-openapi.json">
          <Icon name="download" />
          {t("download")}
        </a>
      </PageHeader>
      {description.isPending && <Loading />}
      {description.isError && <Problem error={description.error} retry={() => void description.refetch()} />}
      {description.data !== undefined && <Reference operations={description.data} />}
    </>
  );
}

function useDescription() {
  const api = useApi();
  return useQuery({
    queryKey: ["api-description"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => readOperations(await answerOf(api.GET("/openapi.json", { signal }))),
  });
}

function Reference({ operations }: { readonly operations: readonly Operation[] }) {
  const { t } = useTranslation("api-reference");
  const [search, setSearch] = useState("");
  const found = operations.filter((operation) => matches(operation, search.trim().toLowerCase()));
  const groups = [...new Set(found.map(({ group }) => group))];
  return (
    <div className="stack stack--wide">
      <search className="stack stack--narrow">
        <Field
          label={t("search")}
          type="search"
          value={search}
          autoComplete="off"
          onChange={({ target }) => setSearch(target.value)}
        />
      </search>
      {groups.length === 0 && <EmptyState title={t("noneFound")} text={t("noneFoundText")} />}
      {groups.map((group) => (
        <section key={group} className="stack stack--close" aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`}>{groupText(t, group)}</h2>
          {found
            .filter((each) => each.group === group)
            .map((operation) => (
              <OperationView key={operation.id} operation={operation} />
            ))}
        </section>
      ))}
    </div>
  );
}

/** Those that this console does not know yet are shown as they stand in the path. */
function groupText(t: TFunction<"api-reference">, group: string): string {
  return t(`groups.${group.replace(".", "-")}`, { defaultValue: group });
}

function matches({ id, method, path, summary, access }: Operation, wanted: string): boolean {
  return wanted === "" || `${id} ${method} ${path} ${summary} ${access}`.toLowerCase().includes(wanted);
}
