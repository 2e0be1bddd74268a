// SPDX-License-Identifier: Apache-2.0
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useRefusals } from "../../api/mailbox-history.ts";
import { useMay } from "../../api/session.ts";
import { useFormat } from "../../app/format.ts";
import { MailboxFrame } from "../../app/mailbox-frame.tsx";
import { mailboxPage } from "../../app/mailbox-path.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PagedList } from "../../components/paged-list.tsx";
import { type Asked, hoursOf, RefusalFilterForm } from "./refusal-filter.tsx";
import { RefusalTable } from "./refusal-table.tsx";
import "./refusals.css";

/** Why is my mail not here? What was refused, by whom it was sent, and what to do about it. */
export function Page() {
  return <MailboxFrame>{({ id }) => <Refusals id={id} />}</MailboxFrame>;
}

const nothingAsked: Asked = { peer: "", recipient: "", span: "all", of: "mailbox" };

function Refusals({ id }: { readonly id: string }) {
  const { t } = useTranslation(["mailbox-refusals", "frame"]);
  const { dateTime } = useFormat();
  const [asked, setAsked] = useState<Asked>(nothingAsked);
  const { peer, recipient, span, of } = useDeferredValue(asked);
  const found = useRefusals({
    mailbox: of === "mailbox" ? id : undefined,
    peer: peer.trim(),
    recipient: recipient.trim(),
    hours: hoursOf(span),
  });
  const keptSince = found.data?.pages[0]?.keptSince;
  const narrowed = peer.trim() !== "" || recipient.trim() !== "" || span !== "all";
  const rows = found.data?.pages.flatMap(({ refusals }) => refusals);
  return (
    <div className="stack">
      <div>
        <h2>{t("title")}</h2>
        <p className="card__text">
          {t("lead")} {keptSince !== undefined && t("since", { at: dateTime(keptSince) })}
        </p>
      </div>
      <RefusalFilterForm asked={asked} onChange={setAsked} />
      <PagedList list={found} shown={rows?.length ?? 0}>
        <RefusalTable
          rows={rows}
          stale={found.isPlaceholderData}
          empty={
            <NothingRefused
              id={id}
              narrowed={narrowed}
              everywhere={of === "gateway"}
              onWiden={() => setAsked({ ...nothingAsked, of: "gateway" })}
            />
          }
        />
      </PagedList>
    </div>
  );
}

interface NothingRefusedProps {
  readonly id: string;
  readonly narrowed: boolean;
  readonly everywhere: boolean;
  readonly onWiden: () => void;
}

/** Nothing is good news, or the wrong place to look at: says which other places there are. */
function NothingRefused({ id, narrowed, everywhere, onWiden }: NothingRefusedProps) {
  const { t } = useTranslation("mailbox-refusals");
  const may = useMay();
  return (
    <EmptyState
      title={t(narrowed ? "noneFound" : everywhere ? "noneAnywhere" : "none")}
      text={t(everywhere ? "noneAnywhereText" : "noneText")}
      heading="h3"
    >
      {!everywhere && (
        <Button icon="search" onClick={onWiden}>
          {t("widen")}
        </Button>
      )}
      <Link className="button" to={mailboxPage("mailbox-ledger", id)}>
        {t("openLedger")}
      </Link>
      {may("mailboxes:write") && (
        <Link className="button" to={mailboxPage("mailbox-test", id)}>
          {t("sendTest")}
        </Link>
      )}
    </EmptyState>
  );
}
