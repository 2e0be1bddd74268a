// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Field, Select } from "../../components/field.tsx";

/** As it stands in the address. Days are those of the reader, both included. */
export interface Filter {
  readonly actor: string;
  readonly subject: string;
  readonly action: string;
  readonly from: string;
  readonly to: string;
}

/** How actions begin. */
export const actionKinds = [
  "",
  "mailbox.",
  "administrator.",
  "token.",
  "settings.",
  "certificate.",
  "sign-in",
  "second-factor",
  "recovery-codes",
] as const;

/** What the API is asked with. */
export function queryOf({ actor, subject, action, from, to }: Filter): Readonly<Partial<Record<keyof Filter, string>>> {
  return {
    ...(actor.trim() === "" ? {} : { actor: actor.trim() }),
    ...(subject.trim() === "" ? {} : { subject: subject.trim() }),
    ...(action === "" ? {} : { action }),
    ...(dayStart(from, 0) === undefined ? {} : { from: dayStart(from, 0) ?? "" }),
    ...(dayStart(to, 1) === undefined ? {} : { to: dayStart(to, 1) ?? "" }),
  };
}

/** The midnight with which a day begins, so many days later. */
function dayStart(day: string, later: number): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const start = new Date(Number(year), Number(month) - 1, Number(date) + later);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}

interface AuditFilterProps {
  readonly filter: Filter;
  readonly onChange: (field: keyof Filter, value: string) => void;
}

/** Which entries are shown, and exported. */
export function AuditFilter({ filter, onChange }: AuditFilterProps) {
  const { t } = useTranslation("audit");
  const bind = (field: keyof Filter) => ({
    value: filter[field],
    onChange: ({ target }: { readonly target: { readonly value: string } }) => onChange(field, target.value),
  });
  return (
    <search className="filter-grid">
      <Select
        label={t("action")}
        options={actionKinds.map((value) => ({
          value,
          text: t(`kinds.${value === "" ? "all" : value.replace(".", "")}`),
        }))}
        {...bind("action")}
      />
      <Field label={t("actor")} maxLength={100} autoComplete="off" spellCheck={false} {...bind("actor")} />
      <Field label={t("subject")} maxLength={100} autoComplete="off" spellCheck={false} {...bind("subject")} />
      <Field label={t("from")} type="date" {...bind("from")} />
      <Field label={t("to")} type="date" {...bind("to")} />
    </search>
  );
}
