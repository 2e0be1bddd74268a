// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { setPerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Loading } from "../../components/loading.tsx";
import { Problem } from "../../components/problem.tsx";
import { type OwnSignIn, useAccountChanged, useOwnSignIns } from "./queries.ts";

/** Where one is signed in; one that is not known ends here. */
export function SignInsCard() {
  const { t } = useTranslation("account");
  const signIns = useOwnSignIns();
  const [asking, setAsking] = useState(false);
  return (
    <section className="card" aria-labelledby="sign-ins">
      <div className="card__head">
        <h2 id="sign-ins">{t("signIns")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("signInsText")}</p>
        {signIns.isPending && <Loading />}
        {signIns.isError && <Problem error={signIns.error} retry={() => void signIns.refetch()} />}
        {signIns.data !== undefined && (
          <ul className="things">
            {signIns.data.map((each) => (
              <SignInRow key={each.id} signIn={each} />
            ))}
          </ul>
        )}
        <div className="row">
          <Button icon="sign-out" onClick={() => setAsking(true)}>
            {t("endAll")}
          </Button>
        </div>
      </div>
      <EndAll open={asking} onClose={() => setAsking(false)} />
    </section>
  );
}

function SignInRow({ signIn }: { readonly signIn: OwnSignIn }) {
  const { t } = useTranslation("account");
  const { ago, dateTime } = useFormat();
  const api = useApi();
  const changed = useAccountChanged();
  const end = useMutation({
    mutationFn: () => answerOf(api.DELETE("/account/sign-ins/{id}", { params: { path: { id: signIn.id } } })),
    onSettled: () => changed(),
  });
  const browser = browserName(signIn.userAgent) ?? t("unknownBrowser");
  return (
    <li className="thing">
      <div className="thing__text">
        <span className="thing__name">
          {t("browserAt", { browser, peer: signIn.peer })}{" "}
          {signIn.current && <Badge kind="accent">{t("thisOne")}</Badge>}
        </span>
        <span className="soft">
          {t("since", { when: dateTime(signIn.createdAt) })} · {t("usedAt", { when: ago(signIn.lastUsedAt) })}
        </span>
      </div>
      {!signIn.current && (
        <Button
          kind="quiet"
          icon="sign-out"
          label={t("endNamed", { browser, peer: signIn.peer })}
          busy={end.isPending}
          onClick={() => end.mutate()}
        />
      )}
    </li>
  );
}

function EndAll({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation("account");
  const api = useApi();
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => answerOf(api.DELETE("/account/sign-ins")),
    onSuccess: () => setPerson(queries, null),
  });
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t("endAll")}
      action={t("endAll")}
      busy={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate()}
    >
      <p>{t("endAllText")}</p>
    </ConfirmDialog>
  );
}

const browsers = [
  ["Edg/", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
  ["curl/", "curl"],
] as const;
const systems = [
  ["Android", "Android"],
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Windows", "Windows"],
  ["Mac OS", "macOS"],
  ["Linux", "Linux"],
] as const;

/** As people call it; many say that they are several. */
function browserName(userAgent: string): string | undefined {
  const browser = browsers.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = systems.find(([mark]) => userAgent.includes(mark))?.[1];
  const known = [browser, system].filter((each) => each !== undefined);
  return known.length === 0 ? undefined : known.join(", ");
}
