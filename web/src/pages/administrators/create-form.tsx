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
import { type Role, RoleChoice } from "./role-form.tsx";

const nothing = { name: "", password: "", tried: false };

/** Name, role, and a first password that its owner is to change. */
export function CreateForm({ onCancel, onDone }: AdministratorFormProps) {
  const { t } = useTranslation("administrators");
  const api = useApi();
  const [form, setForm] = useState(nothing);
  const [role, setRole] = useState<Role>("operator");
  const create = useMutation({
    mutationFn: (body: { readonly name: string; readonly role: Role; readonly password: string }) =>
      answerOf(api.POST("/administrators", { body })),
    onSuccess: onDone,
  });
  const errors = useErrors(form, create.error);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setForm((before) => ({ ...before, tried: true }));
        const { name, password } = form;
        if (name.trim() !== "" && password !== "") create.mutate({ name: name.trim(), role, password });
      }}
    >
      <Field
        label={t("name")}
        help={t("nameHelp")}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={form.name}
        onChange={({ target: { value } }) => setForm((before) => ({ ...before, name: value }))}
        error={errors.name}
      />
      <RoleChoice role={role} onChoose={setRole} />
      <Field
        label={t("firstPassword")}
        help={t("firstPasswordHelp")}
        type="password"
        autoComplete="new-password"
        value={form.password}
        onChange={({ target: { value } }) => setForm((before) => ({ ...before, password: value }))}
        error={errors.password}
      />
      {create.isError && errors.elsewhere && <Problem error={create.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind="primary" busy={create.isPending}>
          {t("create")}
        </Button>
      </DialogButtons>
    </form>
  );
}

function useErrors({ name, password, tried }: typeof nothing, refused: Error | null) {
  const { t } = useTranslation("frame");
  const textOf = useProblemText();
  const code = refused === null ? undefined : problemOf(refused).code;
  const atName = code === "admin/exists" || code === "admin/bad-request";
  const weak = code === "admin/weak-password";
  return {
    name: tried && name.trim() === "" ? t("required") : atName ? textOf(refused) : undefined,
    password: tried && password === "" ? t("required") : weak ? textOf(refused) : undefined,
    elsewhere: !atName && !weak,
  };
}
