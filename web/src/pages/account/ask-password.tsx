// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/problem.ts";
import { Button, type ButtonProps } from "../../components/button.tsx";
import { DialogButtons } from "../../components/dialog.tsx";
import { Field } from "../../components/field.tsx";
import { Problem } from "../../components/problem.tsx";

interface AskPasswordProps {
  readonly action: string;
  readonly kind?: NonNullable<ButtonProps["kind"]>;
  readonly onCancel: () => void;
  /** What the password is wanted for. What it throws is shown here. */
  readonly run: (password: string) => Promise<void>;
  readonly children?: ReactNode;
}

/** The password once more, before something that a stranger at an unwatched screen must not do. */
export function AskPassword({ action, kind = "primary", onCancel, run, children }: AskPasswordProps) {
  const { t } = useTranslation(["account", "frame"]);
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const ask = useMutation({ mutationFn: run });
  const wrong = ask.error !== null && problemOf(ask.error).code === "api/wrong-password";
  const missing = tried && password === "" ? t("frame:required") : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (password !== "") ask.mutate(password);
      }}
    >
      {children}
      <Field
        label={t("yourPassword")}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        error={missing ?? (wrong ? t("passwordWrong") : undefined)}
      />
      {ask.isError && !wrong && <Problem error={ask.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind={kind} busy={ask.isPending}>
          {action}
        </Button>
      </DialogButtons>
    </form>
  );
}
