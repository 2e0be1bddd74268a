// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../../api/mailbox.ts";
import { problemOf } from "../../api/problem.ts";
import { useApi } from "../../api/use-api.ts";
import { useKeepPage } from "../../app/shown-once.ts";
import { Button } from "../../components/button.tsx";
import { DialogButtons } from "../../components/dialog.tsx";
import { Checkbox, Field } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";
import { useProblemText } from "../../components/problem.tsx";
import { useToast } from "../../components/toasts.tsx";
import { generatePassword } from "../../mailbox/generate-password.ts";
import { NewPasswordFacts } from "../../mailbox/password-once.tsx";

interface ChangePasswordFormProps {
  readonly mailbox: MailboxDetails;
  readonly onClose: () => void;
}

/**
 * Shows the new password first and asks for the change when it is stored: whatever becomes of the answer, the two passwords
 * of which one opens are known. The old one opens the key of the mailbox, which is then locked with the new one.
 */
export function ChangePasswordForm({ mailbox, onClose }: ChangePasswordFormProps) {
  const { t } = useTranslation(["mailbox-settings", "mailbox", "frame"]);
  const [password] = useState(() => generatePassword());
  const [old, setOld] = useState("");
  const [stored, setStored] = useState(false);
  const [tried, setTried] = useState(false);
  const { change, isUnsettled } = useChange(mailbox.id, onClose);
  const textOf = useProblemText();
  useKeepPage(change.isPending || change.isError);
  const isWrong = change.isError && isWrongPassword(change.error);
  const oldError = tried && old === "" ? t("frame:required") : isWrong ? textOf(change.error) : undefined;
  return (
    <form
      noValidate
      className="dialog__body"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        // Generated ones have no spaces around them; what was copied may.
        if (old !== "" && stored) change.mutate({ oldPassword: old.trim(), newPassword: password });
      }}
    >
      <p className="card__text">{t("changeText")}</p>
      <NewPasswordFacts created={{ id: mailbox.id, address: mailbox.address, password }} name={mailbox.name} />
      <Checkbox label={t("mailbox:stored")} checked={stored} onChange={({ target }) => setStored(target.checked)} />
      <Field
        label={t("oldPassword")}
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={old}
        onChange={({ target }) => setOld(target.value)}
        error={oldError}
      />
      {change.isError && <Standing error={change.error} isUnsettled={isUnsettled} />}
      <DialogButtons {...(change.isPending ? {} : { onCancel: onClose })}>
        <Button type="submit" kind="primary" disabled={!stored} busy={change.isPending}>
          {t("changePassword")}
        </Button>
      </DialogButtons>
    </form>
  );
}

function useChange(id: string, done: () => void) {
  const { t } = useTranslation("mailbox-settings");
  const api = useApi();
  const changed = useMailboxChanged();
  const say = useToast();
  const [isUnsettled, setUnsettled] = useState(false);
  const change = useMutation({
    mutationFn: (body: { readonly oldPassword: string; readonly newPassword: string }) =>
      answerOf(api.POST("/mailboxes/{id}/password", { params: { path: { id } }, body })),
    onSuccess: async () => {
      say(t("passwordChanged"));
      done();
      await changed(id);
    },
    onError: (error) => setUnsettled((before) => !isWrongPassword(error) && (before || !isRefusal(error))),
  });
  return { change, isUnsettled };
}

/** Neither password of the request opens: the new one was not made valid by an earlier request either. */
function isWrongPassword(error: Error): boolean {
  return problemOf(error).code === "seal/wrong-passphrase";
}

/** The gateway's own, before it changes anything. Anything else may have come from the way, or after the change. */
function isRefusal(error: Error): boolean {
  const { code, status } = problemOf(error);
  return status >= 400 && status < 500 && code !== "console/unexpected";
}

/** Which password is valid after a change that failed. */
function Standing({ error, isUnsettled }: { readonly error: Error; readonly isUnsettled: boolean }) {
  const { t } = useTranslation("mailbox-settings");
  const textOf = useProblemText();
  return (
    <div role="alert">
      <Notice kind="warning" title={t(isUnsettled ? "unsettled" : "notChanged")}>
        {!isWrongPassword(error) && <p>{textOf(error)}</p>}
        <p>{t(isUnsettled ? "unsettledText" : "notChangedText")}</p>
      </Notice>
    </div>
  );
}
