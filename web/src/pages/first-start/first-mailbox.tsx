// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { mailboxPage } from "../../app/mailbox-path.ts";
import { NewMailboxForm } from "../../mailbox/new-mailbox-form.tsx";
import { type NewPassword, PasswordOnce } from "../../mailbox/password-once.tsx";

/** The first mailbox, or later. Going to the mailbox ends the first start. */
export function FirstMailbox({ done }: { readonly done: () => void }) {
  const { t } = useTranslation(["first-start", "mailbox"]);
  const go = useNavigate();
  const [made, setMade] = useState<{ readonly created: NewPassword; readonly name: string }>();
  return (
    <section className="card first-mailbox" aria-label={t("mailbox.title")}>
      {made === undefined ? (
        <NewMailboxForm
          onCancel={done}
          cancelText={t("later")}
          onCreated={(created, name) => setMade({ created, name })}
        />
      ) : (
        <>
          <h2>{t("mailbox:createdTitle", { name: made.name })}</h2>
          <PasswordOnce
            {...made}
            doneText={t("toMailbox")}
            onDone={() => void go(mailboxPage("set-up-sheet", made.created.id))}
          />
        </>
      )}
    </section>
  );
}
