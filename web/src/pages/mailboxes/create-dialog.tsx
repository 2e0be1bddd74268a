// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { mailboxPage } from "../../app/mailbox-path.ts";
import { Dialog } from "../../components/dialog.tsx";
import { NewMailboxForm } from "../../mailbox/new-mailbox-form.tsx";
import { type NewPassword, PasswordOnce } from "../../mailbox/password-once.tsx";

interface CreateDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Name in, password out; then on to what the sending server and the archive must know. */
export function CreateDialog({ open, onClose }: CreateDialogProps) {
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
