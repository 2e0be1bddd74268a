// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../../api/mailbox.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Problem } from "../../components/problem.tsx";
import { useToast } from "../../components/toasts.tsx";

/** Suspends and activates. Suspending is asked about: senders notice it at once. */
export function StateCard({ mailbox }: { readonly mailbox: MailboxDetails }) {
  const { t } = useTranslation("mailbox-settings");
  const [asking, setAsking] = useState(false);
  const set = useSetState(mailbox.id, () => setAsking(false));
  const active = mailbox.state === "active";
  return (
    <section className="card" aria-labelledby="state">
      <div className="card__head">
        <h2 id="state">{t("state")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t(active ? "activeText" : "suspendedText")}</p>
        {!asking && set.isError && <Problem error={set.error} />}
        <div className="row">
          {active ? (
            <Button icon="pause" onClick={() => setAsking(true)}>
              {t("suspend")}
            </Button>
          ) : (
            <Button icon="play" kind="primary" busy={set.isPending} onClick={() => set.mutate("active")}>
              {t("activate")}
            </Button>
          )}
        </div>
      </div>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t("suspendTitle", { name: mailbox.name })}
        action={t("suspend")}
        busy={set.isPending}
        error={set.error}
        onConfirm={() => set.mutate("suspended")}
      >
        <ul className="consequences">
          <li>{t("suspendSenders")}</li>
          <li>{t("suspendWaiting", { count: mailbox.messages })}</li>
          <li>{t("suspendProxy")}</li>
        </ul>
      </ConfirmDialog>
    </section>
  );
}

function useSetState(id: string, done: () => void) {
  const { t } = useTranslation("mailbox-settings");
  const api = useApi();
  const changed = useMailboxChanged();
  const say = useToast();
  return useMutation({
    mutationFn: (state: MailboxDetails["state"]) =>
      answerOf(api.PUT("/mailboxes/{id}/state", { params: { path: { id } }, body: { state } })),
    onSuccess: async (_answer, state) => {
      await changed(id);
      say(t(state === "active" ? "nowActive" : "nowSuspended"));
      done();
    },
  });
}
