// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../api/api.ts";
import { type MailboxDetails, useMailboxChanged } from "../api/mailbox.ts";
import { problemOf } from "../api/problem.ts";
import { useApi } from "../api/use-api.ts";
import { Button } from "../components/button.tsx";
import { DialogButtons } from "../components/dialog.tsx";
import { Field, Select, TextArea } from "../components/field.tsx";
import { Notice } from "../components/notice.tsx";
import { Problem, useReasonText } from "../components/problem.tsx";
import { isSaidAt, useNameError } from "./field-errors.ts";
import type { NewPassword } from "./password-once.tsx";
import { isPurpose, type Purpose, usePurposeOptions } from "./purposes.ts";

interface NewMailboxFormProps {
  readonly onCreated: (created: NewPassword, name: string) => void;
  readonly onCancel: () => void;
  readonly cancelText?: string;
}

const formFields = ["name", "description"] as const;

/** Name, and what else helps to know it again later. The rest has good defaults, and can be changed. */
export function NewMailboxForm({ onCreated, onCancel, cancelText }: NewMailboxFormProps) {
  const { t } = useTranslation("mailbox");
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [purpose, setPurpose] = useState<Purpose | "">("");
  const [tried, setTried] = useState(false);
  const create = useCreation(onCreated);
  const reasonText = useReasonText();
  const problem = create.error === null ? undefined : problemOf(create.error);
  const said = (field: (typeof formFields)[number]): string | undefined => reasonText(problem?.fields.get(field));
  const nameError = useNameError(name, tried);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!nameError.free || purpose === "") return;
        create.mutate({ name: name.trim(), description: description.trim(), purpose });
      }}
    >
      <Field
        label={t("name")}
        help={t("nameHelp")}
        value={name}
        autoComplete="off"
        onChange={({ target }) => setName(target.value)}
        error={nameError.shown ?? said("name")}
      />
      <Select
        label={t("purpose")}
        help={t("purposeHelp")}
        options={[{ value: "", text: t("choose") }, ...usePurposeOptions()]}
        value={purpose}
        onChange={({ target }) => setPurpose(isPurpose(target.value) ? target.value : "")}
        error={tried && purpose === "" ? t("purposeNeeded") : undefined}
      />
      <TextArea
        label={t("description")}
        optional
        value={description}
        maxLength={1000}
        rows={2}
        error={said("description")}
        onChange={({ target }) => setDescription(target.value.replaceAll(/[\r\n]+/g, " "))}
      />
      <CreationProblem error={create.error} />
      <DialogButtons>
        <Button onClick={onCancel}>{cancelText ?? t("frame:cancel")}</Button>
        <Button type="submit" kind="primary" busy={create.isPending}>
          {t("create")}
        </Button>
      </DialogButtons>
    </form>
  );
}

type NewMailbox = Pick<MailboxDetails, "name" | "description" | "purpose">;

function useCreation(onCreated: NewMailboxFormProps["onCreated"]) {
  const api = useApi();
  const changed = useMailboxChanged();
  // One for this form: sent again after an answer that got lost, it makes no second mailbox.
  const [requestKey] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: async (body: NewMailbox) => {
      const params = { header: { "idempotency-key": requestKey } };
      const { password, ...created } = await answerOf(api.POST("/mailboxes", { params, body }));
      await changed(created.id);
      if (password === null) throw new PasswordLost();
      return { ...created, password };
    },
    onSuccess: (created, { name }) => onCreated(created, name),
  });
}

/** The mailbox was made, but the answer with its password never came here. */
class PasswordLost extends Error {}

function CreationProblem({ error }: { readonly error: Error | null }) {
  const { t } = useTranslation("mailbox");
  if (error === null || isSaidAt(error, formFields)) return null;
  if (!(error instanceof PasswordLost) && problemOf(error).code !== "mailbox/request-reused") {
    return <Problem error={error} />;
  }
  return (
    <Notice kind="warning" title={t("passwordLost")}>
      {t("passwordLostText")}
    </Notice>
  );
}
