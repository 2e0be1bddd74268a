// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { problemOf } from "../../api/problem.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { DialogButtons } from "../../components/dialog.tsx";
import { Field } from "../../components/field.tsx";
import { Problem, useProblemText } from "../../components/problem.tsx";
import type { AdministratorFormProps } from "./administrator-dialog.tsx";
import type { Administrator } from "./queries.ts";

/** A new password for somebody who is locked out, or should be. */
export function NewPasswordForm({
  row: { name },
  onCancel,
  onDone,
}: AdministratorFormProps & { readonly row: Administrator }) {
  const { t } = useTranslation(["administrators", "frame"]);
  const api = useApi();
  const textOf = useProblemText();
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () =>
      answerOf(api.PUT("/administrators/{name}/password", { params: { path: { name } }, body: { password } })),
    onSuccess: onDone,
  });
  const weak = change.error !== null && problemOf(change.error).code === "admin/weak-password";
  const missing = tried && password === "" ? t("frame:required") : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (password !== "") change.mutate();
      }}
    >
      <p className="card__text">{t("passwordText", { name })}</p>
      <Field
        label={t("newPassword")}
        help={t("firstPasswordHelp")}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        error={missing ?? (weak ? textOf(change.error) : undefined)}
      />
      {change.isError && !weak && <Problem error={change.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind="primary" busy={change.isPending}>
          {t("setPassword")}
        </Button>
      </DialogButtons>
    </form>
  );
}
