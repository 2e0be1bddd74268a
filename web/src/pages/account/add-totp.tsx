// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { problemOf } from "../../api/problem.ts";
import type { Answers } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { CopyValue } from "../../components/copy-button.tsx";
import { DialogButtons } from "../../components/dialog.tsx";
import { Field } from "../../components/field.tsx";
import { Problem, useProblemText } from "../../components/problem.tsx";
import { AskPassword } from "./ask-password.tsx";
import { QrCode } from "./qr-code.tsx";

export interface AddFactorProps {
  readonly onCancel: () => void;
  /** With the recovery codes that came with the first factor. */
  readonly onAdded: (recoveryCodes: readonly string[] | null) => void;
}

/** Password, picture, first code. */
export function AddTotp({ onCancel, onAdded }: AddFactorProps) {
  const { t } = useTranslation("account");
  const api = useApi();
  const [begun, setBegun] = useState<Answers["beginTotp"]>();
  if (begun !== undefined) return <ConfirmTotp begun={begun} onCancel={onCancel} onAdded={onAdded} />;
  return (
    <AskPassword
      action={t("next")}
      onCancel={onCancel}
      run={async (password) =>
        setBegun(await answerOf(api.POST("/account/second-factors/totp", { body: { password } })))
      }
    >
      <p className="card__text">{t("totpText")}</p>
    </AskPassword>
  );
}

function ConfirmTotp({ begun, onCancel, onAdded }: AddFactorProps & { readonly begun: Answers["beginTotp"] }) {
  const { t } = useTranslation(["account", "frame"]);
  const [name, setName] = useState(t("totpName"));
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const confirm = useConfirmTotp(begun.ticket, onAdded);
  const wrong = useCodeError(confirm.error);
  const missing = (value: string): string | undefined =>
    tried && value.trim() === "" ? t("frame:required") : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (code.trim() !== "" && name.trim() !== "") confirm.mutate({ code, name });
      }}
    >
      <p className="card__text">{t("scan")}</p>
      <div className="totp">
        <QrCode text={begun.uri} label={t("picture")} />
        <div className="stack stack--close">
          <p className="soft">{t("byHand")}</p>
          <CopyValue text={inGroups(begun.secret)} label={t("secret")} />
        </div>
      </div>
      <Field
        label={t("factorName")}
        help={t("factorNameHelp")}
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value)}
        error={missing(name)}
      />
      <Field
        label={t("firstCode")}
        help={t("firstCodeHelp")}
        autoComplete="one-time-code"
        inputMode="numeric"
        value={code}
        onChange={({ target }) => setCode(target.value)}
        error={missing(code) ?? wrong}
      />
      {confirm.isError && wrong === undefined && <Problem error={confirm.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind="primary" busy={confirm.isPending}>
          {t("turnOn")}
        </Button>
      </DialogButtons>
    </form>
  );
}

function useConfirmTotp(ticket: string, onAdded: AddFactorProps["onAdded"]) {
  const api = useApi();
  return useMutation({
    mutationFn: (given: { readonly code: string; readonly name: string }) =>
      answerOf(api.POST("/account/second-factors/totp/confirm", { body: { ticket, ...given } })),
    onSuccess: ({ recoveryCodes }) => onAdded(recoveryCodes),
  });
}

function useCodeError(error: Error | null): string | undefined {
  const textOf = useProblemText();
  return error !== null && problemOf(error).code === "api/wrong-code" ? textOf(error) : undefined;
}

/** Read aloud and typed more easily; apps take it with blanks. */
function inGroups(secret: string): string {
  return secret.replaceAll(/.{4}(?=.)/g, "$& ");
}
