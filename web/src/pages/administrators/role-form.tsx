// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { DialogButtons } from "../../components/dialog.tsx";
import { Select } from "../../components/field.tsx";
import { Problem } from "../../components/problem.tsx";
import type { AdministratorFormProps } from "./administrator-dialog.tsx";
import type { Administrator } from "./queries.ts";

export type Role = Administrator["role"];
const roles = ["operator", "auditor", "administrator"] as const satisfies readonly Role[];

interface RoleChoiceProps {
  readonly role: Role;
  readonly onChoose: (role: Role) => void;
}

/** One of the roles, with what it may do. */
export function RoleChoice({ role, onChoose }: RoleChoiceProps) {
  const { t } = useTranslation(["administrators", "frame"]);
  return (
    <Select
      label={t("role")}
      help={t(`roleTexts.${role}`)}
      value={role}
      onChange={({ target: { value } }) => {
        const chosen = roles.find((each) => each === value);
        if (chosen !== undefined) onChoose(chosen);
      }}
      options={roles.map((each) => ({ value: each, text: t(`frame:roles.${each}`) }))}
    />
  );
}

export function RoleForm({
  row: { name, role: before },
  onCancel,
  onDone,
}: AdministratorFormProps & { readonly row: Administrator }) {
  const { t } = useTranslation(["administrators", "frame"]);
  const api = useApi();
  const [role, setRole] = useState<Role>(before);
  const change = useMutation({
    mutationFn: () => answerOf(api.PUT("/administrators/{name}/role", { params: { path: { name } }, body: { role } })),
    onSuccess: onDone,
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      <RoleChoice role={role} onChoose={setRole} />
      {change.isError && <Problem error={change.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind="primary" busy={change.isPending}>
          {t("frame:save")}
        </Button>
      </DialogButtons>
    </form>
  );
}
