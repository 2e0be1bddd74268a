// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { mailboxPage } from "../../app/mailbox-path.ts";
import { Dialog } from "../../components/dialog.tsx";
import { NewMailboxForm } from "../../mailbox/new-mailbox-form.tsx";
import { type NewPassword, PasswordOnce } from "../../mailbox/password-once.tsx";

export interface CreateDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The dialog itself; `create-dialog.tsx` fetches it when it is opened. */
export function CreateView({ open, onClose }: CreateDialogProps) {
  const { t } = useTranslation("mailbox");
  const go = useNavigate();
  const [made, setMade] = useState<{ readonly created: NewPassword; readonly name: string }>();
  const title = made === undefined ? t("createTitle") : t("createdTitle", { name: made.name });
  return (
    <Dialog open={open} onClose={onClose} title={title} mustAnswer={made !== undefined}>
      {made === undefined ? (
        <NewMailboxForm onCancel={onClose} onCreated={(created, name) => setMade({ created, name })} />
      ) : (
        <PasswordOnce
          {...made}
          doneText={t("done")}
          onDone={() => {
            setMade(undefined);
            onClose();
            void go(mailboxPage("set-up-sheet", made.created.id));
          }}
        />
      )}
    </Dialog>
  );
}
