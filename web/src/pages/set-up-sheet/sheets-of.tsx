// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { MailboxDetails } from "../../api/mailbox.ts";
import { Notice } from "../../components/notice.tsx";
import { AccountForm } from "./account-form.tsx";
import { type Account, accountNames } from "./account-names.ts";
import type { Sheet, Step } from "./sheet.ts";
import { SheetView } from "./sheet-view.tsx";
import { firstSheet, groupsFor, sheets } from "./sheets.ts";
import { useSheetValues } from "./use-sheet-values.ts";

interface SheetsOfProps {
  readonly mailbox: MailboxDetails;
  /** A system of the address, or `all`. */
  readonly wanted: string | undefined;
}

/** The choice of systems, and the sheet of the chosen one. */
export function SheetsOf({ mailbox, wanted }: SheetsOfProps) {
  const values = useSheetValues(mailbox);
  const [account, setAccount] = useState<Account>({ user: "", server: "", outgoing: "" });
  const { purpose } = mailbox;
  const known = wanted === "all" || sheets.some(({ system }) => system === wanted);
  const chosen = known && wanted !== undefined ? wanted : firstSheet(purpose);
  const shown = chosen === "all" ? sheets : sheets.filter(({ system }) => system === chosen);
  const result = accountNames(account, mailbox.id);
  const names = "names" in result ? result.names : undefined;
  const stepsOf = (sheet: Sheet): readonly Step[] =>
    sheet.group === "clients" ? sheet.steps(values, names) : sheet.steps(values);
  return (
    <div className="stack stack--wide">
      <Choice chosen={chosen} purpose={purpose} />
      <ChoiceList chosen={chosen} purpose={purpose} />
      <Warnings mailbox={mailbox} groups={new Set(shown.map(({ group }) => group))} />
      {shown.some(({ group }) => group === "clients") && (
        <AccountForm account={account} result={result} onChange={setAccount} />
      )}
      {shown.map((sheet) => (
        <SheetView key={sheet.system} system={sheet.system} values={values} steps={stepsOf(sheet)} mailbox={mailbox} />
      ))}
    </div>
  );
}

interface ChoiceProps {
  readonly chosen: string;
  readonly purpose: string;
}

function Choice({ chosen, purpose }: ChoiceProps) {
  const { t } = useTranslation("set-up-sheet");
  return (
    <nav className="systems" aria-label={t("choose")}>
      {groupsFor(purpose).map((group) => (
        <div key={group} className="systems__group">
          <h2 className="systems__title">{t(`groups.${group}`)}</h2>
          <ul className="systems__list">
            {sheets
              .filter((sheet) => sheet.group === group)
              .map(({ system }) => (
                <li key={system}>
                  <SystemLink system={system} chosen={chosen} text={t(`systems.${system}.name`)} />
                </li>
              ))}
          </ul>
        </div>
      ))}
      <SystemLink system="all" chosen={chosen} text={t("all")} />
    </nav>
  );
}

/** The same choice on a phone, where the links would fill the screen. */
function ChoiceList({ chosen, purpose }: ChoiceProps) {
  const { t } = useTranslation("set-up-sheet");
  const [, setParameters] = useSearchParams();
  return (
    <select
      className="input systems__select"
      aria-label={t("choose")}
      value={chosen}
      onChange={({ target }) => setParameters({ system: target.value }, { preventScrollReset: true })}
    >
      {groupsFor(purpose).map((group) => (
        <optgroup key={group} label={t(`groups.${group}`)}>
          {sheets
            .filter((sheet) => sheet.group === group)
            .map(({ system }) => (
              <option key={system} value={system}>
                {t(`systems.${system}.name`)}
              </option>
            ))}
        </optgroup>
      ))}
      <option value="all">{t("all")}</option>
    </select>
  );
}

function SystemLink({
  system,
  chosen,
  text,
}: {
  readonly system: string;
  readonly chosen: string;
  readonly text: string;
}) {
  return (
    <Link
      className="systems__link"
      to={{ search: `?system=${system}` }}
      preventScrollReset
      aria-current={system === chosen ? "page" : undefined}
    >
      {text}
    </Link>
  );
}

interface WarningsProps {
  readonly mailbox: MailboxDetails;
  readonly groups: ReadonlySet<Sheet["group"]>;
}

/** What would make the best sheet useless. */
function Warnings({ mailbox, groups }: WarningsProps) {
  const { t } = useTranslation("set-up-sheet");
  const { deliver, pull, submit, state } = mailbox;
  const senders = groups.has("senders");
  const texts = [
    ...(state === "suspended" ? [t("suspended")] : []),
    ...(senders && deliver.length === 0 ? [t("noSmtp")] : []),
    ...(groups.has("clients") && submit.length === 0 ? [t("noSubmit")] : []),
    ...(!senders && pull.length === 0 ? [t("noPull")] : []),
  ];
  return texts.map((text) => (
    <Notice key={text} kind="warning">
      {text}
    </Notice>
  ));
}
