// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { PasswordForm, whenCode } from "../../components/password-form.tsx";
import { useProblemText } from "../../components/problem.tsx";
import type { AdministratorFormProps } from "./administrator-dialog.tsx";
import type { Administrator } from "./queries.ts";

/** A new password for somebody who is locked out, or should be. */
export function NewPasswordForm({
  row: { name },
  onCancel,
  onDone,
}: AdministratorFormProps & { readonly row: Administrator }) {
  const { t } = useTranslation("administrators");
  const api = useApi();
  const textOf = useProblemText();
  return (
    <PasswordForm
      label={t("newPassword")}
      help={t("firstPasswordHelp")}
      autoComplete="new-password"
      action={t("setPassword")}
      onCancel={onCancel}
      wrong={whenCode("admin/weak-password", textOf)}
      run={async (password) => {
        const params = { path: { name } };
        await answerOf(api.PUT("/administrators/{name}/password", { params, body: { password } }));
        await onDone();
      }}
    >
      <p className="card__text">{t("passwordText", { name })}</p>
    </PasswordForm>
  );
}
