// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/icon.tsx";
import "./mailboxes.css";

export interface Filter {
  readonly search: string;
  readonly state: "" | "active" | "suspended";
}

const states = ["", "active", "suspended"] as const;

export function isState(text: string | null): text is Filter["state"] {
  return states.some((state) => state === text);
}

interface MailboxFilterProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

/** What of the mailboxes is shown. */
export function MailboxFilter({ filter, onChange }: MailboxFilterProps) {
  const { t } = useTranslation("mailboxes");
  return (
    <search className="mailbox-filter">
      <span className="mailbox-filter__search">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          value={filter.search}
          onChange={({ target }) => onChange({ ...filter, search: target.value })}
        />
      </span>
      <select
        className="input mailbox-filter__state"
        aria-label={t("state")}
        value={filter.state}
        onChange={({ target }) => {
          if (isState(target.value)) onChange({ ...filter, state: target.value });
        }}
      >
        {states.map((state) => (
          <option key={state} value={state}>
            {t(state === "" ? "states.all" : `states.${state}`)}
          </option>
        ))}
      </select>
    </search>
  );
}
