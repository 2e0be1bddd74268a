// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../../api/mailbox.ts";
import { problemOf } from "../../api/problem.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { DialogButtons } from "../../components/dialog.tsx";
import { Field } from "../../components/field.tsx";
import { Problem, useProblemText } from "../../components/problem.tsx";
import type { NewPassword } from "../../mailbox/password-once.tsx";

export interface PasswordFormProps {
  readonly mailbox: MailboxDetails;
  readonly onCancel: () => void;
  readonly onMade: (made: NewPassword) => void;
}

/** Asks for the old password: it opens the key of the mailbox, which is then locked with the new one. */
export function ChangePasswordForm({ mailbox: { id }, onCancel, onMade }: PasswordFormProps) {
  const { t } = useTranslation(["mailbox-settings", "frame"]);
  const api = useApi();
  const changed = useMailboxChanged();
  const textOf = useProblemText();
  const [old, setOld] = useState("");
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: (oldPassword: string) =>
      answerOf(api.POST("/mailboxes/{id}/password", { params: { path: { id } }, body: { oldPassword } })),
    onSuccess: async (made) => {
      onMade(made);
      await changed(id);
    },
  });
  const wrong = change.error !== null && problemOf(change.error).code === "seal/wrong-passphrase";
  const missing = tried && old.trim() === "" ? t("frame:required") : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (old.trim() !== "") change.mutate(old.trim());
      }}
    >
      <p className="card__text">{t("changeText")}</p>
      <Field
        label={t("oldPassword")}
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={old}
        onChange={({ target }) => setOld(target.value)}
        error={missing ?? (wrong ? textOf(change.error) : undefined)}
      />
      {change.isError && !wrong && <Problem error={change.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind="primary" busy={change.isPending}>
          {t("changePassword")}
        </Button>
      </DialogButtons>
    </form>
  );
}
