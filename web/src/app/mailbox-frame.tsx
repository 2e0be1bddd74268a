// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useParams } from "react-router";
import { type MailboxDetails, useMailbox } from "../api/mailbox.ts";
import { useMay } from "../api/session.ts";
import { Badge } from "../components/badge.tsx";
import { CopyValue } from "../components/copy-button.tsx";
import { Loading } from "../components/loading.tsx";
import { PageHeader } from "../components/page-header.tsx";
import { Problem } from "../components/problem.tsx";
import { pages } from "../pages.ts";
import { mailboxPath } from "./mailbox-path.ts";

interface MailboxFrameProps {
  /** Its buttons, beside the heading. */
  readonly actions?: (mailbox: MailboxDetails) => ReactNode;
  readonly children: (mailbox: MailboxDetails, tag: string) => ReactNode;
}

/** Every page of one mailbox begins with this: which one it is, and the way to its other pages. */
export function MailboxFrame({ actions, children }: MailboxFrameProps) {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const query = useMailbox(id);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  const { mailbox, tag } = query.data;
  return (
    <>
      <PageHeader
        title={mailbox.name}
        back={{ to: "/mailboxes", text: t("pages.mailboxes") }}
        lead={
          <span className="row">
            <StateBadge state={mailbox.state} />
            <CopyValue text={mailbox.address} label={t("mailboxAddress")} />
          </span>
        }
      >
        {actions?.(mailbox)}
      </PageHeader>
      <MailboxTabs id={id} />
      {children(mailbox, tag)}
    </>
  );
}

export function StateBadge({ state }: { readonly state: MailboxDetails["state"] }) {
  const { t } = useTranslation();
  return stateBadge(state, t(`mailboxStates.${state}`));
}

export function stateBadge(state: MailboxDetails["state"], text: string) {
  return <Badge kind={state === "active" ? "good" : "warning"}>{text}</Badge>;
}

function MailboxTabs({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const tabs = pages.filter(({ place, scope }) => place === "mailbox" && (scope === undefined || may(scope)));
  return (
    <nav className="mailbox-tabs" aria-label={t("mailboxNavigation")}>
      {tabs.map((page) => (
        <NavLink key={page.name} to={mailboxPath(page, id)} className="mailbox-tabs__link" end>
          {t(`pages.${page.name}`)}
        </NavLink>
      ))}
    </nav>
  );
}
