// SPDX-License-Identifier: Apache-2.0
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { isOrder, useMailboxes } from "../../api/mailboxes.ts";
import { useMay } from "../../api/session.ts";
import { Button } from "../../components/button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PagedList } from "../../components/paged-list.tsx";
import { CreateDialog } from "./create-dialog.tsx";
import { MailboxFilter } from "./mailbox-filter.tsx";
import { MailboxTable } from "./mailbox-table.tsx";
import { useFilter } from "./use-filter.ts";

/** All mailboxes with what waits in them. */
export function Page() {
  const { t } = useTranslation("mailboxes");
  const [filter, setFilter] = useFilter();
  const may = useMay();
  const list = useMailboxes(useDeferredValue(filter));
  const rows = list.data?.pages.flatMap(({ mailboxes }) => mailboxes);
  const total = list.data?.pages.at(-1)?.total;
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")}>
        {may("mailboxes:write") && <CreateButton />}
      </PageHeader>
      <div className="stack">
        <MailboxFilter filter={filter} onChange={setFilter} />
        <PagedList list={list} shown={rows?.length ?? 0} total={total}>
          <MailboxTable
            rows={rows}
            total={total}
            filtered={filter.search !== "" || filter.state !== ""}
            stale={list.isPlaceholderData}
            sorting={{ by: filter.sort, order: filter.order }}
            onSort={({ by, order }) => isOrder(by) && setFilter({ ...filter, sort: by, order })}
          />
        </PagedList>
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
