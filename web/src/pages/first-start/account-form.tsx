// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { problemOf } from "../../api/problem.ts";
import { mustAddFactor, setPerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem, useProblemText } from "../../components/problem.tsx";

interface AccountFormProps {
  readonly token: string;
  readonly onMade: () => void;
  /** There is somebody already: the sign-in is for them. */
  readonly onTooLate: () => void;
}

/** Name and password of the first administrator. */
export function AccountForm({ token, onMade, onTooLate }: AccountFormProps) {
  const { t } = useTranslation(["first-start", "frame"]);
  const api = useApi();
  const queries = useQueryClient();
  const [{ name, password, again, tried }, setForm] = useState({ name: "", password: "", again: "", tried: false });
  const set = (change: Partial<{ name: string; password: string; again: string; tried: boolean }>): void =>
    setForm((before) => ({ ...before, ...change }));
  const setUp = useMutation({
    mutationFn: () => answerOf(api.POST("/set-up", { body: { token, name: name.trim(), password } })),
    onSuccess: (person) => {
      setPerson(queries, person);
      // Where a second factor is wanted, it comes before all else.
      (mustAddFactor(person) ? onTooLate : onMade)();
    },
  });
  const errors = useFormErrors({ name, password, again, tried }, setUp.error);
  const complete = name.trim() !== "" && password !== "" && password === again;
  return (
    <form
      noValidate
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        set({ tried: true });
        if (complete) setUp.mutate();
      }}
    >
      <Field
        label={t("name")}
        help={t("nameHelp")}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        value={name}
        onChange={({ target }) => set({ name: target.value })}
        error={errors.name}
      />
      <Field
        label={t("password")}
        help={t("passwordHelp")}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={({ target }) => set({ password: target.value })}
        error={errors.password}
      />
      <Field
        label={t("again")}
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={({ target }) => set({ again: target.value })}
        error={errors.again}
      />
      <Refusal error={setUp.error} onTooLate={onTooLate} />
      <Button type="submit" kind="primary" busy={setUp.isPending}>
        {t("create")}
      </Button>
    </form>
  );
}

interface FormState {
  readonly name: string;
  readonly password: string;
  readonly again: string;
  readonly tried: boolean;
}

function useFormErrors({ name, password, again, tried }: FormState, refused: Error | null) {
  const { t } = useTranslation(["first-start", "frame"]);
  const textOf = useProblemText();
  const weak = refused !== null && problemOf(refused).code === "admin/weak-password" ? textOf(refused) : undefined;
  const badName = refused !== null && problemOf(refused).code === "admin/bad-request" ? textOf(refused) : undefined;
  return {
    name: tried && name.trim() === "" ? t("frame:required") : badName,
    password: tried && password === "" ? t("frame:required") : weak,
    again: tried && password !== "" && again !== password ? t("notSame") : undefined,
  };
}

/** What no field is to blame for. */
function Refusal({ error, onTooLate }: { readonly error: Error | null; readonly onTooLate: () => void }) {
  const { t } = useTranslation("first-start");
  if (error === null) return null;
  const { code } = problemOf(error);
  if (code === "admin/weak-password" || code === "admin/bad-request") return null;
  if (code === "api/denied")
    return (
      <Notice kind="error" title={t("oldLink")}>
        {t("oldLinkText")}
      </Notice>
    );
  if (code !== "api/set-up-done") return <Problem error={error} />;
  return (
    <Notice kind="warning" title={t("doneBefore")}>
      <p>{t("doneBeforeText")}</p>
      <Button onClick={onTooLate}>{t("toSignIn")}</Button>
    </Notice>
  );
}
