// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../api/problem.ts";
import { Button, type ButtonProps } from "./button.tsx";
import { DialogButtons } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { Problem } from "./problem.tsx";

interface PasswordFormProps {
  readonly label: string;
  readonly help?: string;
  readonly autoComplete: "current-password" | "new-password" | "off";
  readonly action: string;
  readonly kind?: NonNullable<ButtonProps["kind"]>;
  readonly onCancel: () => void;
  /** What the password is for. What it throws is shown here. */
  readonly run: (password: string) => Promise<unknown>;
  /** What is said at the field when this is what was thrown; `undefined`: it is not about the password. */
  readonly wrong: (error: unknown) => string | undefined;
  readonly children?: ReactNode;
}

/** One password, and what is done with it. */
export function PasswordForm({
  action,
  kind = "primary",
  onCancel,
  run,
  wrong,
  children,
  ...field
}: PasswordFormProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const ask = useMutation({ mutationFn: run });
  const refused = ask.error === null ? undefined : wrong(ask.error);
  const missing = tried && password === "" ? t("required") : undefined;
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
        {...field}
        type="password"
        spellCheck={false}
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        error={missing ?? refused}
      />
      {ask.isError && refused === undefined && <Problem error={ask.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind={kind} busy={ask.isPending}>
          {action}
        </Button>
      </DialogButtons>
    </form>
  );
}

/** A text for one code, and none for the others. */
export function whenCode(code: string, text: (error: unknown) => string): (error: unknown) => string | undefined {
  return (error) => (problemOf(error).code === code ? text(error) : undefined);
}
