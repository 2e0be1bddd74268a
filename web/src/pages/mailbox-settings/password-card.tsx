// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MailboxDetails } from "../../api/mailbox.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { type NewPassword, PasswordOnce } from "../../mailbox/password-once.tsx";
import { ChangePasswordForm } from "./change-password-form.tsx";
import { ResetPasswordForm } from "./reset-password-form.tsx";

type Asking = "change" | "reset" | undefined;

/** A new password: with the old one, and all mail stays; or without it, and what waits is lost. */
export function PasswordCard({ mailbox }: { readonly mailbox: MailboxDetails }) {
  const { t } = useTranslation("mailbox-settings");
  const [asking, setAsking] = useState<Asking>();
  return (
    <section className="card" aria-labelledby="password">
      <div className="card__head">
        <h2 id="password">{t("password")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("passwordText")}</p>
        <div className="row">
          <Button icon="key" onClick={() => setAsking("change")}>
            {t("changePassword")}
          </Button>
          <Button onClick={() => setAsking("reset")}>{t("resetPassword")}</Button>
        </div>
      </div>
      <PasswordDialog mailbox={mailbox} asking={asking} onClose={() => setAsking(undefined)} />
    </section>
  );
}

interface PasswordDialogProps {
  readonly mailbox: MailboxDetails;
  readonly asking: Asking;
  readonly onClose: () => void;
}

function PasswordDialog({ mailbox, asking, onClose }: PasswordDialogProps) {
  const { t } = useTranslation(["mailbox-settings", "mailbox"]);
  const [made, setMade] = useState<NewPassword>();
  // While it closes it keeps the heading that it had.
  const [last, setLast] = useState<Asking>(asking);
  if (asking !== undefined && asking !== last) setLast(asking);
  const kind = asking ?? last;
  const close = (): void => {
    setMade(undefined);
    onClose();
  };
  const title = made === undefined ? t(kind === "reset" ? "resetPassword" : "changePassword") : t("newPassword");
  // A password that was just stored is not put away by a press beside the dialog.
  const mustAnswer = kind !== "reset" || made !== undefined;
  return (
    <Dialog open={asking !== undefined} onClose={close} title={title} mustAnswer={mustAnswer}>
      {kind !== "reset" ? (
        <ChangePasswordForm mailbox={mailbox} onClose={close} />
      ) : made === undefined ? (
        <ResetPasswordForm mailbox={mailbox} onCancel={close} onMade={setMade} />
      ) : (
        <PasswordOnce created={made} name={mailbox.name} doneText={t("mailbox:done")} onDone={close} />
      )}
    </Dialog>
  );
}
