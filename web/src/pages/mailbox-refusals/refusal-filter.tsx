// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { Field, Select } from "../../components/field.tsx";
import { Segments } from "../../components/segments.tsx";

const spans = { hour: 1, day: 24, week: 168, all: undefined } as const;
type Span = keyof typeof spans;

/** What is looked for. */
export interface Asked {
  readonly peer: string;
  readonly recipient: string;
  readonly span: Span;
  /** Who mistyped the address of a mailbox is not refused by that mailbox. */
  readonly of: "mailbox" | "gateway";
}

export function hoursOf(span: Span): number | undefined {
  return spans[span];
}

interface RefusalFilterFormProps {
  readonly asked: Asked;
  readonly onChange: (asked: Asked) => void;
}

export function RefusalFilterForm({ asked, onChange }: RefusalFilterFormProps) {
  const { t } = useTranslation("mailbox-refusals");
  return (
    <search className="refusal-filter" aria-label={t("filter")}>
      <Segments
        label={t("of")}
        value={asked.of}
        options={[
          { value: "mailbox", text: t("ofMailbox") },
          { value: "gateway", text: t("ofGateway") },
        ]}
        onChange={(of) => onChange({ ...asked, of })}
      />
      <div className="filter-grid">
        <Select
          label={t("span")}
          value={asked.span}
          options={(["hour", "day", "week", "all"] as const).map((value) => ({ value, text: t(`spans.${value}`) }))}
          onChange={({ target }) => onChange({ ...asked, span: isSpan(target.value) ? target.value : "all" })}
        />
        <Field
          label={t("peer")}
          placeholder="192.0.2.7"
          type="search"
          spellCheck={false}
          value={asked.peer}
          onChange={({ target }) => onChange({ ...asked, peer: target.value })}
        />
        <Field
          label={t("recipient")}
          placeholder={t("recipientExample")}
          type="search"
          spellCheck={false}
          value={asked.recipient}
          onChange={({ target }) => onChange({ ...asked, recipient: target.value })}
        />
      </div>
    </search>
  );
}

function isSpan(text: string): text is Span {
  return Object.hasOwn(spans, text);
}
