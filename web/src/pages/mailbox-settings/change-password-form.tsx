// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../../api/mailbox.ts";
import { useApi } from "../../api/use-api.ts";
import { PasswordForm, whenCode } from "../../components/password-form.tsx";
import { useProblemText } from "../../components/problem.tsx";
import type { NewPassword } from "../../mailbox/password-once.tsx";

export interface PasswordFormProps {
  readonly mailbox: MailboxDetails;
  readonly onCancel: () => void;
  readonly onMade: (made: NewPassword) => void;
}

/** Asks for the old password: it opens the key of the mailbox, which is then locked with the new one. */
export function ChangePasswordForm({ mailbox: { id }, onCancel, onMade }: PasswordFormProps) {
  const { t } = useTranslation("mailbox-settings");
  const api = useApi();
  const changed = useMailboxChanged();
  const textOf = useProblemText();
  return (
    <PasswordForm
      label={t("oldPassword")}
      autoComplete="off"
      action={t("changePassword")}
      onCancel={onCancel}
      wrong={whenCode("seal/wrong-passphrase", textOf)}
      run={async (typed) => {
        // Generated ones have no spaces around them; what was copied may.
        const body = { oldPassword: typed.trim() };
        onMade(await answerOf(api.POST("/mailboxes/{id}/password", { params: { path: { id } }, body })));
        await changed(id);
      }}
    >
      <p className="card__text">{t("changeText")}</p>
    </PasswordForm>
  );
}
