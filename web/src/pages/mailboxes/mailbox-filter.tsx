// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { type MailboxFilter as Filter, isOrder, isState, mailboxOrders, mailboxStates } from "../../api/mailboxes.ts";
import { Icon } from "../../components/icon.tsx";
import "./mailboxes.css";

interface MailboxFilterProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

/** What of the mailboxes is shown, and in which order: a phone has no headings to press, and not all orders have one. */
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
          placeholder={t("searchShort")}
          value={filter.search}
          onChange={({ target }) => onChange({ ...filter, search: target.value })}
        />
      </span>
      <select
        className="input mailbox-filter__select"
        aria-label={t("state")}
        value={filter.state}
        onChange={({ target }) => isState(target.value) && onChange({ ...filter, state: target.value })}
      >
        {mailboxStates.map((state) => (
          <option key={state} value={state}>
            {t(state === "" ? "states.all" : `states.${state}`)}
          </option>
        ))}
      </select>
      <OrderSelect filter={filter} onChange={onChange} />
    </search>
  );
}

function OrderSelect({ filter, onChange }: MailboxFilterProps) {
  const { t } = useTranslation("mailboxes");
  return (
    <select
      className="input mailbox-filter__select"
      aria-label={t("order")}
      value={`${filter.sort} ${filter.order}`}
      onChange={({ target }) => {
        const [sort = "", order] = target.value.split(" ");
        if (isOrder(sort)) onChange({ ...filter, sort, order: order === "desc" ? "desc" : "asc" });
      }}
    >
      {mailboxOrders.flatMap((sort) =>
        (["asc", "desc"] as const).map((order) => (
          <option key={`${sort} ${order}`} value={`${sort} ${order}`}>
            {t(`orders.${sort}`)} {order === "asc" ? "↑" : "↓"}
          </option>
        )),
      )}
    </select>
  );
}
