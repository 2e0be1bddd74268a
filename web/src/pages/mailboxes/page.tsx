// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { countsEveryMs } from "../../api/mailbox.ts";
import { useMay } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Problem } from "../../components/problem.tsx";
import { CreateDialog } from "./create-dialog.tsx";
import { MailboxFilter } from "./mailbox-filter.tsx";
import { MailboxTable } from "./mailbox-table.tsx";
import { type Filter, isOrder, useFilter } from "./use-filter.ts";

/** All mailboxes with what waits in them. */
export function Page() {
  const { t } = useTranslation("mailboxes");
  const [filter, setFilter] = useFilter();
  const may = useMay();
  const list = useMailboxes(useDeferredValue(filter));
  const rows = list.data?.pages.flatMap(({ mailboxes }) => mailboxes);
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")}>
        {may("mailboxes:write") && <CreateButton />}
      </PageHeader>
      <div className="stack">
        <MailboxFilter filter={filter} onChange={setFilter} />
        {list.isError ? (
          <Problem error={list.error} retry={() => void list.refetch()} />
        ) : (
          <MailboxTable
            rows={rows}
            filtered={filter.search !== "" || filter.state !== ""}
            stale={list.isPlaceholderData}
            sorting={{ by: filter.sort, order: filter.order }}
            onSort={({ by, order }) => isOrder(by) && setFilter({ ...filter, sort: by, order })}
          />
        )}
        {list.hasNextPage && (
          <div className="row">
            <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t("frame:more")}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

function CreateButton() {
  const { t } = useTranslation("mailboxes");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="primary" icon="plus" onClick={() => setOpen(true)}>
        {t("create")}
      </Button>
      <CreateDialog open={open} onClose={() => setOpen(false)} />
    </>
  );
}

function useMailboxes({ search, state, sort, order }: Filter) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["mailboxes", search, state, sort, order],
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/mailboxes", {
          params: {
            query: {
              limit: 100,
              sort,
              order,
              ...(pageParam === undefined ? {} : { after: pageParam }),
              ...(search === "" ? {} : { search }),
              ...(state === "" ? {} : { state }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
    // One page costs little; many are looked at again when somebody comes back to them.
    refetchInterval: ({ state: { data } }) => (data?.pages.length === 1 ? countsEveryMs : false),
  });
}
