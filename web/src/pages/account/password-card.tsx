// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { problemOf } from "../../api/problem.ts";
import { setPerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogButtons } from "../../components/dialog.tsx";
import { Field } from "../../components/field.tsx";
import { Problem, useProblemText } from "../../components/problem.tsx";
import { useToast } from "../../components/toasts.tsx";

/** Another password; every sign-in ends with it. */
export function PasswordCard() {
  const { t } = useTranslation("account");
  const [open, setOpen] = useState(false);
  return (
    <section className="card" aria-labelledby="password">
      <div className="card__head">
        <h2 id="password">{t("password")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("passwordText")}</p>
        <div className="row">
          <Button icon="key" onClick={() => setOpen(true)}>
            {t("changePassword")}
          </Button>
        </div>
      </div>
      <Dialog open={open} onClose={() => setOpen(false)} title={t("changePassword")} lead={t("passwordEnds")}>
        <PasswordForm onCancel={() => setOpen(false)} />
      </Dialog>
    </section>
  );
}

const nothing = { old: "", fresh: "", again: "", tried: false };

function PasswordForm({ onCancel }: { readonly onCancel: () => void }) {
  const { t } = useTranslation(["account", "frame"]);
  const [form, setForm] = useState(nothing);
  const change = useChange();
  const errors = useErrors(form, change.error);
  const set = (part: Partial<typeof nothing>): void => setForm((before) => ({ ...before, ...part }));
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        set({ tried: true });
        if (form.old !== "" && form.fresh !== "" && form.fresh === form.again)
          change.mutate({ oldPassword: form.old, newPassword: form.fresh });
      }}
    >
      <Field
        label={t("oldPassword")}
        type="password"
        autoComplete="current-password"
        value={form.old}
        onChange={({ target }) => set({ old: target.value })}
        error={errors.old}
      />
      <Field
        label={t("newPassword")}
        help={t("passwordHelp")}
        type="password"
        autoComplete="new-password"
        value={form.fresh}
        onChange={({ target }) => set({ fresh: target.value })}
        error={errors.fresh}
      />
      <Field
        label={t("again")}
        type="password"
        autoComplete="new-password"
        value={form.again}
        onChange={({ target }) => set({ again: target.value })}
        error={errors.again}
      />
      {change.isError && errors.elsewhere && <Problem error={change.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind="primary" busy={change.isPending}>
          {t("changePassword")}
        </Button>
      </DialogButtons>
    </form>
  );
}

/** The sign-in that changed it ends as well. */
function useChange() {
  const { t } = useTranslation("account");
  const api = useApi();
  const queries = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: (body: { readonly oldPassword: string; readonly newPassword: string }) =>
      answerOf(api.PUT("/account/password", { body })),
    onSuccess: () => {
      say(t("passwordChanged"));
      setPerson(queries, null);
    },
  });
}

function useErrors({ old, fresh, again, tried }: typeof nothing, refused: Error | null) {
  const { t } = useTranslation(["account", "frame"]);
  const textOf = useProblemText();
  const code = refused === null ? undefined : problemOf(refused).code;
  const missing = (value: string): string | undefined => (tried && value === "" ? t("frame:required") : undefined);
  return {
    old: missing(old) ?? (code === "api/wrong-password" ? t("passwordWrong") : undefined),
    fresh: missing(fresh) ?? (code === "admin/weak-password" ? textOf(refused) : undefined),
    again: tried && fresh !== again ? t("notSame") : undefined,
    elsewhere: code !== "api/wrong-password" && code !== "admin/weak-password",
  };
}
