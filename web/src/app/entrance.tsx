// SPDX-License-Identifier: Apache-2.0
import { lazy, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { PersonContext, usePersonQuery } from "../api/session.ts";
import { Loading } from "../components/loading.tsx";
import { Problem } from "../components/problem.tsx";
import { useToast } from "../components/toasts.tsx";
import { Page as SignInPage } from "../pages/sign-in/page.tsx";
import { signInEndedEvent } from "./connection.ts";
import { Shell } from "./shell.tsx";

const FirstStartPage = lazy(async () => ({ default: (await import("../pages/first-start/page.tsx")).Page }));

/** First start, sign-in, or the console: whichever it is for whoever is there. */
export function Entrance({ setUpToken: given }: { readonly setUpToken: string | undefined }) {
  const person = usePersonQuery();
  const [setUpToken, setSetUpToken] = useState(given);
  const firstStartDone = useCallback(() => setSetUpToken(undefined), []);
  useSignInEnded();
  if (setUpToken !== undefined) {
    return <FirstStartPage token={setUpToken} done={firstStartDone} />;
  }
  if (person.isPending) return <Loading />;
  if (person.isError) {
    return (
      <main className="lone">
        <Problem error={person.error} retry={() => void person.refetch()} />
      </main>
    );
  }
  if (person.data === null) return <SignInPage />;
  return (
    <PersonContext value={person.data}>
      <Shell />
    </PersonContext>
  );
}

/** Tells people why they see the sign-in again. */
function useSignInEnded(): void {
  const { t } = useTranslation();
  const say = useToast();
  useEffect(() => {
    const listen = (): void => say(t("signInEnded"));
    addEventListener(signInEndedEvent, listen);
    return () => removeEventListener(signInEndedEvent, listen);
  }, [say, t]);
}
