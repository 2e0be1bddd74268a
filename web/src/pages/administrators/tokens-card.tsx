// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import { useMay } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { isOver, useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Problem } from "../../components/problem.tsx";
import { RevokeToken } from "../../components/revoke-token.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { type Token, useAdministratorsChanged, useTokens } from "./queries.ts";

/** Everybody's tokens: what is not known any more can be taken away. */
export function TokensCard() {
  const { t } = useTranslation("administrators");
  const tokens = useTokens();
  const api = useApi();
  const changed = useAdministratorsChanged();
  const [revoking, setRevoking] = useState<Token>();
  const columns = useColumns(setRevoking);
  return (
    <section className="stack" aria-labelledby="tokens">
      <h2 id="tokens">{t("tokens")}</h2>
      {tokens.isError ? (
        <Problem error={tokens.error} retry={() => void tokens.refetch()} />
      ) : (
        <Table
          caption={t("tokens")}
          columns={columns}
          rows={tokens.data}
          rowKey={({ id }) => id}
          expectedRows={2}
          empty={<EmptyState heading="h3" title={t("noTokens")} text={t("noTokensText")} />}
        />
      )}
      <RevokeToken
        token={revoking}
        text={({ name, account }) => t("revokeText", { name, owner: account })}
        revoke={async ({ id }) => {
          await answerOf(api.DELETE("/tokens/{id}", { params: { path: { id } } }));
          await changed();
        }}
        onClose={() => setRevoking(undefined)}
      />
    </section>
  );
}

function useColumns(onRevoke: (token: Token) => void): readonly Column<Token>[] {
  const { t } = useTranslation(["administrators", "frame"]);
  const may = useMay();
  const columns: readonly Column<Token>[] = [
    { key: "name", header: t("token"), main: true, cell: ({ name }) => name },
    { key: "account", header: t("owner"), cell: ({ account }) => account },
    { key: "scopes", header: t("scopes"), cell: ({ scopes }) => <span className="soft">{scopes.join(", ")}</span> },
    { key: "expires", header: t("until"), cell: ({ expiresAt }) => <Until at={expiresAt} /> },
  ];
  if (!may("tokens:write")) return columns;
  const revoke = (token: Token) => (
    <Button
      kind="quiet"
      icon="trash"
      label={t("revokeNamed", { name: token.name, owner: token.account })}
      onClick={() => onRevoke(token)}
    />
  );
  return [...columns, { key: "actions", header: t("frame:actions"), cell: revoke }];
}

function Until({ at }: { readonly at: string }) {
  const { t } = useTranslation("administrators");
  const { date } = useFormat();
  return (
    <span className="nowrap">
      {date(at)} {isOver(at) && <Badge kind="warning">{t("expired")}</Badge>}
    </span>
  );
}
