// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLedger } from "../../api/mailbox-history.ts";
import { MailboxFrame } from "../../app/mailbox-frame.tsx";
import { CopyValue } from "../../components/copy-button.tsx";
import { Select } from "../../components/field.tsx";
import { PagedList } from "../../components/paged-list.tsx";
import { isLedgerEvent, type LedgerEvent, ledgerEvents } from "../../mailbox/ledger-events.ts";
import { LedgerTable } from "./ledger-table.tsx";
import "./ledger.css";

/** What became of every message of a mailbox: numbered, chained, never changed. */
export function Page() {
  return <MailboxFrame>{({ id }) => <Ledger id={id} />}</MailboxFrame>;
}

function Ledger({ id }: { readonly id: string }) {
  const { t } = useTranslation(["mailbox-ledger", "frame"]);
  const [event, setEvent] = useState<LedgerEvent | "">("");
  const ledger = useLedger(id, event);
  const head = ledger.data?.pages[0]?.head;
  const rows = ledger.data?.pages.flatMap(({ entries }) => entries);
  return (
    <div className="stack">
      <p className="card__text">{t("lead")}</p>
      <section className="card stack stack--close" aria-labelledby="head">
        <h2 id="head">{t("head")}</h2>
        <dl className="facts ledger__head" aria-busy={head === undefined}>
          <dt>{t("position")}</dt>
          <dd>{head === undefined ? "…" : <CopyValue text={String(head.position)} label={t("position")} />}</dd>
          <dt>{t("hash")}</dt>
          <dd>{head === undefined ? "…" : <CopyValue text={head.hash} label={t("hash")} />}</dd>
        </dl>
        <p className="card__text">{t("headText")}</p>
      </section>
      <div className="ledger__filter">
        <Select
          label={t("show")}
          value={event}
          options={[
            { value: "", text: t("all") },
            ...ledgerEvents.map((value) => ({ value, text: t(`events.${value}`) })),
          ]}
          onChange={({ target }) => setEvent(isLedgerEvent(target.value) ? target.value : "")}
        />
      </div>
      <PagedList list={ledger} shown={rows?.length ?? 0}>
        <LedgerTable rows={rows} filtered={event !== ""} stale={ledger.isPlaceholderData} />
      </PagedList>
    </div>
  );
}
