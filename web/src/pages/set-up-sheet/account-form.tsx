// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { CopyValue } from "../../components/copy-button.tsx";
import { Field } from "../../components/field.tsx";
import type { Account, AccountFaults, accountNames } from "./account-names.ts";

interface AccountFormProps {
  readonly account: Account;
  readonly result: ReturnType<typeof accountNames>;
  readonly onChange: (account: Account) => void;
}

/** Takes what somebody has at the real server, and gives the user name for the proxy. */
export function AccountForm({ account, result, onChange }: AccountFormProps) {
  const { t } = useTranslation("set-up-sheet");
  const faults: AccountFaults = "faults" in result ? result.faults : {};
  // An empty field is not wrong yet.
  const faultOf = (field: keyof Account): string | undefined => {
    const fault = faults[field];
    return fault === undefined || account[field].trim() === "" ? undefined : t(`form.${fault}`);
  };
  const field = (name: keyof Account) => ({
    value: account[name],
    error: faultOf(name),
    autoComplete: "off",
    spellCheck: false,
    autoCapitalize: "none",
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      onChange({ ...account, [name]: target.value }),
  });
  return (
    <section className="card account-form" aria-labelledby="account-form">
      <div className="card__head">
        <h2 id="account-form">{t("form.title")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("form.text")}</p>
        <div className="grid">
          <Field label={t("form.user")} help={t("form.userHelp")} {...field("user")} />
          <Field label={t("form.server")} help={t("form.serverHelp")} {...field("server")} />
          <Field label={t("form.outgoing")} optional {...field("outgoing")} />
        </div>
        <div role="status">
          {"names" in result ? <Names {...result.names} /> : <p className="soft">{t("form.waiting")}</p>}
        </div>
      </div>
    </section>
  );
}

function Names({ incoming, outgoing }: { readonly incoming: string; readonly outgoing: string }) {
  const { t } = useTranslation("set-up-sheet");
  return (
    <dl className="facts">
      <dt>{t("form.incomingName")}</dt>
      <dd>
        <CopyValue text={incoming} label={t("form.incomingName")} />
      </dd>
      <dt>{t("form.outgoingName")}</dt>
      <dd>
        <CopyValue text={outgoing} label={t("form.outgoingName")} />
      </dd>
    </dl>
  );
}
