// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ButtonProps } from "../../components/button.tsx";
import { PasswordForm, whenCode } from "../../components/password-form.tsx";

interface AskPasswordProps {
  readonly action: string;
  readonly kind?: NonNullable<ButtonProps["kind"]>;
  readonly onCancel: () => void;
  /** What the password is wanted for. What it throws is shown here. */
  readonly run: (password: string) => Promise<void>;
  readonly children?: ReactNode;
}

/** The password once more, before something that a stranger at an unwatched screen must not do. */
export function AskPassword(props: AskPasswordProps) {
  const { t } = useTranslation("account");
  return (
    <PasswordForm
      label={t("yourPassword")}
      autoComplete="current-password"
      wrong={whenCode("api/wrong-password", () => t("passwordWrong"))}
      {...props}
    />
  );
}
