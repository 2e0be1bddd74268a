// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { knowsPasskeys, showPasskey } from "../../api/passkeys.ts";
import { ApiProblem, problemOf } from "../../api/problem.ts";
import type { Answers } from "../../api/schema.ts";
import { setPerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { Problem } from "../../components/problem.tsx";

/** What the gateway still wants after the right password. */
export type WantedProof = Extract<Answers["signIn"], { readonly ticket: string }>;
type Kind = WantedProof["secondFactors"][number];

interface SecondStepProps {
  readonly wanted: WantedProof;
  /** It took too long, or failed too often: the password again. */
  readonly onOver: () => void;
  readonly onBack: () => void;
}

/** A code of the app, a passkey, or a recovery code: one way is shown, the others are one press away. */
export function SecondStep({ wanted, onOver, onBack }: SecondStepProps) {
  const { t } = useTranslation("sign-in");
  const usable = wanted.secondFactors.filter((each) => each !== "passkey" || knowsPasskeys());
  const [kind, setKind] = useState<Kind>(usable[0] ?? "recovery-code");
  const finish = useFinish(wanted, onOver);
  const Form = kind === "passkey" ? PasskeyForm : CodeForm;
  return (
    <div className="stack">
      <Form key={kind} kind={kind} wanted={wanted} finish={finish} />
      <div className="stack stack--close">
        {usable
          .filter((each) => each !== kind)
          .map((each) => (
            <Button
              key={each}
              onClick={() => {
                finish.reset();
                setKind(each);
              }}
            >
              {t(`instead.${each}`)}
            </Button>
          ))}
        <Button kind="quiet" onClick={onBack}>
          {t("otherPerson")}
        </Button>
      </div>
    </div>
  );
}

type Proof = { readonly totp: string } | { readonly recoveryCode: string } | { readonly passkey: Signed };
type Signed = Extract<Awaited<ReturnType<typeof showPasskey>>, { readonly outcome: "done" }>["answer"];

function useFinish({ ticket }: WantedProof, onOver: () => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (proof: Proof) => answerOf(api.POST("/sign-in/second-factor", { body: { ticket, ...proof } })),
    onSuccess: (person) => setPerson(queries, person),
    onError: (error) => {
      if (problemOf(error).code === "api/ticket-ended") onOver();
    },
  });
}

interface FormProps {
  readonly kind: Kind;
  readonly wanted: WantedProof;
  readonly finish: ReturnType<typeof useFinish>;
}

function CodeForm({ kind, finish }: FormProps) {
  const { t } = useTranslation(["sign-in", "frame"]);
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const isTotp = kind === "totp";
  const wrong = finish.error !== null && problemOf(finish.error).code === "api/denied";
  const missing = tried && code.trim() === "" ? t("frame:required") : undefined;
  return (
    <form
      noValidate
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (code.trim() !== "") finish.mutate(isTotp ? { totp: code.trim() } : { recoveryCode: code.trim() });
      }}
    >
      <Field
        label={t(isTotp ? "code" : "recoveryCode")}
        help={t(isTotp ? "codeHelp" : "recoveryCodeHelp")}
        autoComplete={isTotp ? "one-time-code" : "off"}
        inputMode={isTotp ? "numeric" : "text"}
        autoCapitalize="none"
        spellCheck={false}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the step has this one purpose
        autoFocus
        value={code}
        onChange={({ target }) => setCode(target.value)}
        error={missing ?? (wrong ? t(isTotp ? "codeWrong" : "recoveryCodeWrong") : undefined)}
      />
      {finish.isError && !wrong && <Problem error={finish.error} />}
      <Button type="submit" kind="primary" busy={finish.isPending}>
        {t("signIn")}
      </Button>
    </form>
  );
}

function PasskeyForm({ wanted, finish }: FormProps) {
  const { t } = useTranslation("sign-in");
  const ask = useMutation({
    mutationFn: async () => {
      const shown = await showPasskey(wanted.passkeyOptions ?? {});
      if (shown.outcome === "given-up") throw new ApiProblem("console/no-passkey", 0);
      await finish.mutateAsync({ passkey: shown.answer });
    },
  });
  return (
    <div className="stack">
      <p className="soft">{t("passkeyText")}</p>
      {ask.isError && <Problem error={ask.error} />}
      <Button kind="primary" busy={ask.isPending} onClick={() => ask.mutate()}>
        {t("usePasskey")}
      </Button>
    </div>
  );
}
