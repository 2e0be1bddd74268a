// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../../api/mailbox.ts";
import { useApi } from "../../api/use-api.ts";
import { useFormat } from "../../app/format.ts";
import { ConfirmForm } from "../../components/confirm-dialog.tsx";
import { Notice } from "../../components/notice.tsx";
import type { NewPassword } from "../../mailbox/password-once.tsx";

interface ResetPasswordFormProps {
  readonly mailbox: MailboxDetails;
  readonly onCancel: () => void;
  readonly onMade: (made: NewPassword) => void;
}

/** Without the old password nothing that waits can be read any more: it says how much that is, and asks for the name. */
export function ResetPasswordForm({ mailbox, onCancel, onMade }: ResetPasswordFormProps) {
  const { t } = useTranslation("mailbox-settings");
  const { bytes } = useFormat();
  const api = useApi();
  const changed = useMailboxChanged();
  const { id, name, messages, sealedBytes } = mailbox;
  const reset = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST("/mailboxes/{id}/password/reset", { params: { path: { id } }, body: { discardMail: messages > 0 } }),
      ),
    onSuccess: async (made) => {
      onMade(made);
      await changed(id);
    },
    // Mail may have come in meanwhile: the numbers are shown anew.
    onError: () => changed(id),
  });
  return (
    <ConfirmForm
      onClose={onCancel}
      {...(messages > 0 ? { name } : {})}
      action={t("resetPassword")}
      busy={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate()}
    >
      <p className="card__text">{t("resetText")}</p>
      {messages > 0 ? (
        <Notice kind="warning" title={t("resetLoses", { count: messages, size: bytes(sealedBytes) })}>
          <p>{t("resetLosesText")}</p>
        </Notice>
      ) : (
        <Notice kind="good">
          <p>{t("resetLosesNothing")}</p>
        </Notice>
      )}
    </ConfirmForm>
  );
}
