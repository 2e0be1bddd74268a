// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { answerOf } from "../../api/api.ts";
import { type MailboxDetails, useMailboxRemoved } from "../../api/mailbox.ts";
import { useApi } from "../../api/use-api.ts";
import { useFormat } from "../../app/format.ts";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { useToast } from "../../components/toasts.tsx";

/** The end of a mailbox, with what goes with it. */
export function DeleteCard({ mailbox }: { readonly mailbox: MailboxDetails }) {
  const { t } = useTranslation("mailbox-settings");
  const { bytes, dateTime } = useFormat();
  const [asking, setAsking] = useState(false);
  const remove = useRemoval(mailbox);
  const { name, messages, sealedBytes, lastReceivedAt } = mailbox;
  return (
    <section className="card" aria-labelledby="delete">
      <div className="card__head">
        <h2 id="delete">{t("delete")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("deleteText")}</p>
        <div className="row">
          <Button icon="trash" onClick={() => setAsking(true)}>
            {t("deleteButton")}
          </Button>
        </div>
      </div>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t("deleteTitle", { name })}
        name={name}
        action={t("deleteButton")}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
      >
        <ul className="consequences">
          <li>{messages === 0 ? t("deleteNoMail") : t("deleteMail", { count: messages, size: bytes(sealedBytes) })}</li>
          {lastReceivedAt !== null && <li>{t("deleteLast", { at: dateTime(lastReceivedAt) })}</li>}
          <li>{t("deleteSenders")}</li>
          <li>{t("deleteForGood")}</li>
        </ul>
      </ConfirmDialog>
    </section>
  );
}

function useRemoval({ id, name, state }: MailboxDetails) {
  const { t } = useTranslation("mailbox-settings");
  const api = useApi();
  const removed = useMailboxRemoved();
  const say = useToast();
  const go = useNavigate();
  return useMutation({
    mutationFn: async () => {
      const params = { path: { id } };
      // The gateway removes only what takes no mail any more.
      if (state === "active")
        await answerOf(api.PUT("/mailboxes/{id}/state", { params, body: { state: "suspended" } }));
      return answerOf(api.DELETE("/mailboxes/{id}", { params }));
    },
    onSuccess: async ({ removedMessages }) => {
      await go("/mailboxes");
      await removed(id);
      say(t("deleted", { name, count: removedMessages }));
    },
  });
}
