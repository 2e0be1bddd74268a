// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { ConfirmForm } from "../../components/confirm-dialog.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { useToast } from "../../components/toasts.tsx";
import { CreateForm } from "./create-form.tsx";
import { NewPasswordForm } from "./new-password-form.tsx";
import { type Administrator, useAdministratorsChanged } from "./queries.ts";
import { RoleForm } from "./role-form.tsx";

/** What somebody wants to do with an administrator. */
export type Asked =
  | { readonly kind: "create" }
  | { readonly kind: "role" | "password" | "factors" | "remove"; readonly row: Administrator };

interface AdministratorDialogProps {
  readonly asked: Asked | undefined;
  readonly onClose: () => void;
}

export function AdministratorDialog({ asked, onClose }: AdministratorDialogProps) {
  const { t } = useTranslation("administrators");
  // While it closes it keeps what it had.
  const [last, setLast] = useState<Asked>();
  if (asked !== undefined && asked !== last) setLast(asked);
  const shown = asked ?? last;
  const changed = useAdministratorsChanged();
  const say = useToast();
  const finish = async (): Promise<void> => {
    await changed();
    say(t("changed"));
    onClose();
  };
  if (shown === undefined) return null;
  const title = shown.kind === "create" ? t("create") : t(`${shown.kind}Named`, { name: shown.row.name });
  return (
    <Dialog open={asked !== undefined} onClose={onClose} title={title}>
      <Form asked={shown} onCancel={onClose} onDone={finish} />
    </Dialog>
  );
}

export interface AdministratorFormProps {
  readonly onCancel: () => void;
  readonly onDone: () => Promise<void>;
}

function Form({ asked, ...rest }: AdministratorFormProps & { readonly asked: Asked }) {
  switch (asked.kind) {
    case "create":
      return <CreateForm {...rest} />;
    case "role":
      return <RoleForm row={asked.row} {...rest} />;
    case "password":
      return <NewPasswordForm row={asked.row} {...rest} />;
    case "factors":
      return <ResetFactors row={asked.row} {...rest} />;
    case "remove":
      return <Remove row={asked.row} {...rest} />;
    default:
      return asked satisfies never;
  }
}

function ResetFactors({ row: { name }, onCancel, onDone }: AdministratorFormProps & { readonly row: Administrator }) {
  const { t } = useTranslation("administrators");
  const api = useApi();
  const reset = useMutation({
    mutationFn: () => answerOf(api.DELETE("/administrators/{name}/second-factors", { params: { path: { name } } })),
    onSuccess: onDone,
  });
  return (
    <ConfirmForm
      onClose={onCancel}
      action={t("factors")}
      busy={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate()}
    >
      <p className="card__text">{t("factorsText", { name })}</p>
    </ConfirmForm>
  );
}

function Remove({ row: { name }, onCancel, onDone }: AdministratorFormProps & { readonly row: Administrator }) {
  const { t } = useTranslation("administrators");
  const api = useApi();
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE("/administrators/{name}", { params: { path: { name } } })),
    onSuccess: onDone,
  });
  return (
    <ConfirmForm
      onClose={onCancel}
      name={name}
      action={t("remove")}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
    >
      <p className="card__text">{t("removeText", { name })}</p>
    </ConfirmForm>
  );
}
