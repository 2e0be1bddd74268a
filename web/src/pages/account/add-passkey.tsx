// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { makePasskey } from "../../api/passkeys.ts";
import { ApiProblem } from "../../api/problem.ts";
import { useApi } from "../../api/use-api.ts";
import { Field } from "../../components/field.tsx";
import type { AddFactorProps } from "./add-totp.tsx";
import { AskPassword } from "./ask-password.tsx";

/** Name and password; then the browser asks for finger, face, PIN or key. */
export function AddPasskey({ onCancel, onAdded }: AddFactorProps) {
  const { t } = useTranslation(["account", "frame"]);
  const api = useApi();
  const [name, setName] = useState(t("passkeyName"));
  const add = async (password: string): Promise<void> => {
    const begun = await answerOf(api.POST("/account/second-factors/passkeys", { body: { password } }));
    const made = await makePasskey(begun.options);
    if (made.outcome === "given-up") throw new ApiProblem("console/no-passkey", 0);
    const body = { ticket: begun.ticket, name: name.trim() === "" ? t("passkeyName") : name, passkey: made.answer };
    onAdded((await answerOf(api.POST("/account/second-factors/passkeys/confirm", { body }))).recoveryCodes);
  };
  return (
    <AskPassword action={t("makePasskey")} onCancel={onCancel} run={add}>
      <p className="card__text">{t("passkeyText", { host: location.hostname })}</p>
      <Field
        label={t("factorName")}
        help={t("factorNameHelp")}
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
    </AskPassword>
  );
}
