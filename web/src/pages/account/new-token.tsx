// SPDX-License-Identifier: Apache-2.0
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf } from "../../api/api.ts";
import type { Answers } from "../../api/schema.ts";
import { type Scope, usePerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";
import { useKeepPage } from "../../app/shown-once.ts";
import { Button } from "../../components/button.tsx";
import { CopyValue } from "../../components/copy-button.tsx";
import { Dialog, DialogButtons } from "../../components/dialog.tsx";
import { Checkbox, Field, Select } from "../../components/field.tsx";
import { Icon } from "../../components/icon.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem } from "../../components/problem.tsx";
import { useAccountChanged } from "./queries.ts";

interface NewTokenDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

type Made = Answers["createToken"];

export function NewTokenDialog({ open, onClose }: NewTokenDialogProps) {
  const { t } = useTranslation("account");
  const [made, setMade] = useState<Made>();
  const close = (): void => {
    setMade(undefined);
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={made === undefined ? t("newToken") : t("tokenMade", { name: made.name })}
      mustAnswer={made !== undefined}
    >
      {made === undefined ? (
        <NewTokenForm onCancel={close} onMade={setMade} />
      ) : (
        <TokenOnce text={made.token} onDone={close} />
      )}
    </Dialog>
  );
}

/** Days; the gateway takes up to two years. */
const lifetimes = [30, 90, 365, 730] as const;
const dayMs = 86_400_000;

interface NewTokenFormProps {
  readonly onCancel: () => void;
  readonly onMade: (made: Made) => void;
}

function NewTokenForm({ onCancel, onMade }: NewTokenFormProps) {
  const { t } = useTranslation(["account", "frame"]);
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [chosen, setChosen] = useState<readonly Scope[]>([]);
  const [tried, setTried] = useState(false);
  const create = useCreate(onMade);
  const complete = name.trim() !== "" && chosen.length > 0;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        const expiresAt = new Date(Date.now() + Number(days) * dayMs).toISOString();
        if (complete) create.mutate({ name: name.trim(), scopes: [...chosen], expiresAt });
      }}
    >
      <Field
        label={t("tokenName")}
        help={t("tokenNameHelp")}
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value)}
        error={tried && name.trim() === "" ? t("frame:required") : undefined}
      />
      <Scopes chosen={chosen} onChoose={setChosen} missing={tried && chosen.length === 0} />
      <Select
        label={t("lifetime")}
        value={days}
        onChange={({ target }) => setDays(target.value)}
        options={lifetimes.map((each) => ({ value: String(each), text: t("days", { count: each }) }))}
      />
      {create.isError && <Problem error={create.error} />}
      <DialogButtons onCancel={onCancel}>
        <Button type="submit" kind="primary" busy={create.isPending}>
          {t("makeToken")}
        </Button>
      </DialogButtons>
    </form>
  );
}

interface ScopesProps {
  readonly chosen: readonly Scope[];
  readonly onChoose: (scopes: readonly Scope[]) => void;
  readonly missing: boolean;
}

/** What the token may do, of what its owner may. */
function Scopes({ chosen, onChoose, missing }: ScopesProps) {
  const { t } = useTranslation("account");
  const { scopes } = usePerson();
  return (
    <fieldset className="scopes">
      <legend className="field__label">{t("scopes")}</legend>
      {scopes.map((scope) => (
        <Checkbox
          key={scope}
          label={<code>{scope}</code>}
          help={t(`scopeTexts.${scope.replace(":", "-")}`)}
          checked={chosen.includes(scope)}
          onChange={({ target }) =>
            onChoose(target.checked ? [...chosen, scope] : chosen.filter((each) => each !== scope))
          }
        />
      ))}
      {missing && (
        <p className="field__error" role="alert">
          <Icon name="error" />
          {t("scopesMissing")}
        </p>
      )}
    </fieldset>
  );
}

function useCreate(onMade: (made: Made) => void) {
  const api = useApi();
  const changed = useAccountChanged();
  return useMutation({
    mutationFn: (body: { readonly name: string; readonly scopes: Scope[]; readonly expiresAt: string }) =>
      answerOf(api.POST("/account/tokens", { body })),
    onSuccess: async (made) => {
      onMade(made);
      await changed();
    },
  });
}

/** The text of a token, once. */
function TokenOnce({ text, onDone }: { readonly text: string; readonly onDone: () => void }) {
  const { t } = useTranslation("account");
  const [stored, setStored] = useState(false);
  useKeepPage(!stored);
  return (
    <div className="dialog__body">
      <Notice kind="warning" title={t("tokenOnce")}>
        <p>{t("tokenOnceText")}</p>
      </Notice>
      <CopyValue text={text} label={t("token")} />
      <p className="soft">{t("tokenUse")}</p>
      <CopyValue
        text={`curl -H "Authorization: Bearer ${text}" ${location.origin}/api/v1/sign-in`}
        label={t("tokenUse")}
      />
      <Checkbox label={t("tokenStored")} checked={stored} onChange={({ target }) => setStored(target.checked)} />
      <div className="dialog__buttons">
        <Button kind="primary" disabled={!stored} onClick={onDone}>
          {t("done")}
        </Button>
      </div>
    </div>
  );
}
