// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import icon from "../../app/icon.svg";
import { LanguageChoice, ThemeChoice } from "../../app/preferences.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { AccountForm } from "./account-form.tsx";
import { FirstMailbox } from "./first-mailbox.tsx";
import { GatewayFacts } from "./gateway-facts.tsx";
import "./first-start.css";

interface FirstStartProps {
  readonly token: string;
  readonly done: () => void;
}

const steps = ["account", "gateway", "mailbox"] as const;
type Step = (typeof steps)[number];

/** Whoever has the link of the first start makes the first administrator, sees what was set up, and makes a mailbox. It is at `/`. */
export function Page({ token, done }: FirstStartProps) {
  const { t } = useTranslation("first-start");
  const [step, setStep] = useState<Step>("account");
  const main = useFocusAtStep(step);
  const { pathname } = useLocation();
  useEffect(() => {
    if (pathname !== "/") done();
  }, [pathname, done]);
  return (
    <main className="lone lone--wide" ref={main} tabIndex={-1}>
      <img src={icon} alt="" width={44} height={44} />
      <Progress step={step} />
      <PageHeader title={t(`${step}.title`)} lead={t(`${step}.lead`)} />
      {step === "account" && <AccountForm token={token} onMade={() => setStep("gateway")} onTooLate={done} />}
      {step === "gateway" && <GatewayFacts onNext={() => setStep("mailbox")} />}
      {step === "mailbox" && <FirstMailbox done={done} />}
      <div className="lone__foot">
        <LanguageChoice />
        <ThemeChoice />
      </div>
    </main>
  );
}

function Progress({ step }: { readonly step: Step }) {
  const { t } = useTranslation("first-start");
  const now = steps.indexOf(step);
  return (
    <ol className="steps" aria-label={t("steps")}>
      {steps.map((each, index) => (
        <li
          key={each}
          className={`steps__step${index < now ? " steps__step--done" : ""}`}
          aria-current={each === step ? "step" : undefined}
        >
          {t(`${each}.short`)}
        </li>
      ))}
    </ol>
  );
}

/** The keyboard and the screen reader go on where the new step begins. */
function useFocusAtStep(step: Step) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    main.current?.focus();
  }, [step]);
  return main;
}
