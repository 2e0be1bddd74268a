// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { mustAddFactor, usePerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { isOver, useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { Loading } from "../../components/loading.tsx";
import { Problem } from "../../components/problem.tsx";
import { RevokeToken } from "../../components/revoke-token.tsx";
import { NewTokenDialog } from "./new-token.tsx";
import { type OwnToken, useAccountChanged, useOwnTokens } from "./queries.ts";

/** With what programs call the API in one's name. */
export function TokensCard() {
  const { t } = useTranslation("account");
  const person = usePerson();
  const tokens = useOwnTokens();
  const [making, setMaking] = useState(false);
  const api = useApi();
  const changed = useAccountChanged();
  const [revoking, setRevoking] = useState<OwnToken>();
  return (
    <section className="card" aria-labelledby="tokens">
      <div className="card__head">
        <h2 id="tokens">{t("tokens")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("tokensText")}</p>
        {tokens.isPending && <Loading />}
        {tokens.isError && <Problem error={tokens.error} retry={() => void tokens.refetch()} />}
        {tokens.data?.length === 0 && <p className="soft">{t("noTokens")}</p>}
        {tokens.data !== undefined && tokens.data.length > 0 && (
          <ul className="things">
            {tokens.data.map((token) => (
              <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
            ))}
          </ul>
        )}
        {!mustAddFactor(person) && (
          <div className="row">
            <Button icon="plus" onClick={() => setMaking(true)}>
              {t("newToken")}
            </Button>
          </div>
        )}
      </div>
      <NewTokenDialog open={making} onClose={() => setMaking(false)} />
      <RevokeToken
        token={revoking}
        text={({ name }) => t("revokeText", { name })}
        revoke={async ({ id }) => {
          await answerOf(api.DELETE("/account/tokens/{id}", { params: { path: { id } } }));
          await changed();
        }}
        onClose={() => setRevoking(undefined)}
      />
    </section>
  );
}

function TokenRow({ token, onRevoke }: { readonly token: OwnToken; readonly onRevoke: () => void }) {
  const { t } = useTranslation("account");
  const { date } = useFormat();
  const expired = isOver(token.expiresAt);
  return (
    <li className="thing">
      <div className="thing__text">
        <span className="thing__name">
          {token.name} {expired && <Badge kind="warning">{t("expired")}</Badge>}
        </span>
        <span className="soft">{token.scopes.join(", ")}</span>
        <span className="soft">{t("until", { date: date(token.expiresAt) })}</span>
      </div>
      <Button kind="quiet" icon="trash" label={t("revokeNamed", { name: token.name })} onClick={onRevoke} />
    </li>
  );
}
