// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { ActivityCard } from "../../activity/activity-card.tsx";
import { AttentionNotice, attentionKey } from "../../activity/attention-notice.tsx";
import type { MailboxDetails } from "../../api/mailbox.ts";
import { useOverview } from "../../api/overview.ts";
import { useMay } from "../../api/session.ts";
import { useFormat } from "../../app/format.ts";
import { MailboxFrame } from "../../app/mailbox-frame.tsx";
import { Figure, Figures } from "../../components/figure.tsx";
import { When } from "../../components/when.tsx";
import { OriginsCard } from "./origins-card.tsx";

/** One mailbox at a glance: what waits, what moved, and where it came from. Never what is in it. */
export function Page() {
  const { t } = useTranslation("mailbox-glance");
  const may = useMay();
  return (
    <MailboxFrame>
      {(mailbox) => (
        <div className="stack">
          {may("status:read") && <MailboxAttention id={mailbox.id} />}
          <MailboxFigures mailbox={mailbox} />
          {may("status:read") && <ActivityCard mailbox={mailbox.id} />}
          <OriginsCard id={mailbox.id} />
          <p className="card__text">{t("sealed")}</p>
        </div>
      )}
    </MailboxFrame>
  );
}

function MailboxAttention({ id }: { readonly id: string }) {
  const { data } = useOverview();
  const own = data?.attention.filter(({ mailbox }) => mailbox === id) ?? [];
  return own.map((each) => <AttentionNotice key={attentionKey(each)} attention={each} />);
}

function MailboxFigures({ mailbox }: { readonly mailbox: MailboxDetails }) {
  const { t } = useTranslation(["mailbox-glance", "frame"]);
  const { number, bytes, dateTime } = useFormat();
  const { messages, sealedBytes, oldestReceivedAt, lastReceivedAt, lastPulledAt } = mailbox;
  const note = (at: string | null): string | undefined => (at === null ? undefined : dateTime(at));
  return (
    <Figures label={t("figures")}>
      <Figure label={t("waiting")} value={number(messages)} note={t("bytes", { bytes: bytes(sealedBytes) })} />
      <Figure label={t("oldest")} value={<When at={oldestReceivedAt} none="—" />} note={note(oldestReceivedAt)} />
      <Figure
        label={t("lastReceived")}
        value={<When at={lastReceivedAt} none={t("frame:never")} />}
        note={note(lastReceivedAt)}
      />
      <Figure
        label={t("lastPulled")}
        value={<When at={lastPulledAt} none={t("frame:never")} />}
        note={note(lastPulledAt)}
      />
    </Figures>
  );
}
