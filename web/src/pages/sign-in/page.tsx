// SPDX-License-Identifier: Apache-2.0

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { setPerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import icon from "../../app/icon.svg";
import { LanguageChoice, ThemeChoice } from "../../app/preferences.tsx";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Problem } from "../../components/problem.tsx";
import { SecondStep, type WantedProof } from "./second-step.tsx";

/** Name and password, and a second factor. The address stays, so that people land where they wanted to go. */
export function Page() {
  const { t } = useTranslation("sign-in");
  return (
    <main className="lone">
      <img src={icon} alt="" width={44} height={44} />
      <PageHeader title={t("title")} lead={t("lead", { host: location.hostname })} />
      <Steps />
      <div className="lone__foot">
        <LanguageChoice />
        <ThemeChoice />
      </div>
    </main>
  );
}

/** The password first; then, for who has one, the second factor. */
function Steps() {
  const { t } = useTranslation("sign-in");
  const [wanted, setWanted] = useState<WantedProof>();
  const [over, setOver] = useState(false);
  const end = (isOver: boolean): void => {
    setOver(isOver);
    setWanted(undefined);
  };
  if (wanted !== undefined) {
    return <SecondStep wanted={wanted} onOver={() => end(true)} onBack={() => end(false)} />;
  }
  return (
    <>
      {over && <Notice kind="warning">{t("over")}</Notice>}
      <SignInForm onWanted={setWanted} />
    </>
  );
}

function SignInForm({ onWanted }: { readonly onWanted: (wanted: WantedProof) => void }) {
  const { t } = useTranslation(["sign-in", "frame"]);
  const api = useApi();
  const queries = useQueryClient();
  const [tried, setTried] = useState(false);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => answerOf(api.POST("/sign-in", { body: { name: name.trim(), password } })),
    onSuccess: (answer) => ("ticket" in answer ? onWanted(answer) : setPerson(queries, answer)),
  });
  const missing = (value: string): string | undefined => (tried && value === "" ? t("frame:required") : undefined);
  return (
    <form
      noValidate
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (name.trim() !== "" && password !== "") signIn.mutate();
      }}
    >
      <Field
        label={t("name")}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page has this one purpose
        autoFocus
        value={name}
        onChange={({ target }) => setName(target.value)}
        error={missing(name.trim())}
      />
      <Field
        label={t("password")}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        error={missing(password)}
      />
      {signIn.isError && <Problem error={signIn.error} />}
      <Button type="submit" kind="primary" busy={signIn.isPending}>
        {t("signIn")}
      </Button>
    </form>
  );
}
