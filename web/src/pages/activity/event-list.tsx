// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Field, Select } from "../../components/field.tsx";
import { Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { type GatewayEvent, useEvents } from "./use-events.ts";

const levels = ["info", "warn", "error"] as const;
const levelKinds: Readonly<Record<string, "neutral" | "warning" | "error">> = { warn: "warning", error: "error" };

interface Filter {
  readonly level: string;
  readonly code: string;
}

/** What happens, as it happens. A pause holds the list still; what came meanwhile is shown after it. */
export function EventList() {
  const { t } = useTranslation("activity");
  const { events, state, clear } = useEvents();
  const [held, setHeld] = useState<readonly GatewayEvent[]>();
  const [filter, setFilter] = useState<Filter>({ level: "info", code: "" });
  const all = held ?? events;
  const pause = {
    isHeld: held !== undefined,
    heldBack: events.filter(({ id }) => id > (all[0]?.id ?? 0)).length,
    toggle: () => setHeld(held === undefined ? events : undefined),
    clear,
  };
  return (
    <div className="stack">
      {state === "lost" && (
        <Notice kind="warning" title={t("streamLost")}>
          <p>{t("streamLostText")}</p>
        </Notice>
      )}
      <EventFilter filter={filter} onChange={setFilter} pause={pause} />
      <EventTable events={all.filter((event) => fits(event, filter))} filtered={all.length > 0} />
    </div>
  );
}

function fits(event: GatewayEvent, { level, code }: Filter): boolean {
  const rankOf = (name: string): number => levels.findIndex((each) => each === name);
  return rankOf(event.level) >= rankOf(level) && event.code.includes(code.trim());
}

interface EventFilterProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly pause: {
    readonly isHeld: boolean;
    readonly heldBack: number;
    readonly toggle: () => void;
    readonly clear: () => void;
  };
}

function EventFilter({ filter, onChange, pause }: EventFilterProps) {
  const { t } = useTranslation("activity");
  return (
    <search className="filter-grid">
      <Select
        label={t("level")}
        value={filter.level}
        onChange={({ target }) => onChange({ ...filter, level: target.value })}
        options={levels.map((value) => ({ value, text: t(`fromLevel.${value}`) }))}
      />
      <Field
        label={t("code")}
        autoComplete="off"
        spellCheck={false}
        value={filter.code}
        onChange={({ target }) => onChange({ ...filter, code: target.value })}
      />
      <div className="row">
        <Button icon={pause.isHeld ? "play" : "pause"} onClick={pause.toggle}>
          {pause.isHeld ? t("goOn", { count: pause.heldBack }) : t("pause")}
        </Button>
        <Button kind="quiet" disabled={pause.isHeld} onClick={pause.clear}>
          {t("clear")}
        </Button>
      </div>
    </search>
  );
}

/** `filtered`: there are events, and none of them may be among those that are wanted. */
function EventTable({ events, filtered }: { readonly events: readonly GatewayEvent[]; readonly filtered: boolean }) {
  const { t } = useTranslation("activity");
  return (
    <Table
      caption={t("events")}
      rows={events}
      rowKey={({ id }) => String(id)}
      empty={
        <EmptyState
          title={t(filtered ? "noneFound" : "noEvents")}
          text={t(filtered ? "noneFoundText" : "noEventsText")}
        />
      }
      columns={[
        { key: "at", header: t("at"), main: true, cell: timeCell },
        { key: "level", header: t("level"), cell: levelCell },
        { key: "what", header: t("what"), cell: whatCell },
        { key: "fields", header: t("details"), cell: fieldsCell },
      ]}
    />
  );
}

const timeCell = (event: GatewayEvent) => <Time {...event} />;
const levelCell = (event: GatewayEvent) => <Level {...event} />;
const whatCell = (event: GatewayEvent) => <What {...event} />;
const fieldsCell = (event: GatewayEvent) => <Fields {...event} />;

function Time({ at }: GatewayEvent) {
  const { time } = useFormat();
  return (
    <time dateTime={at} className="nowrap">
      {time(at)}
    </time>
  );
}

function Level({ level }: GatewayEvent) {
  const { t } = useTranslation("activity");
  return <Badge kind={levelKinds[level] ?? "neutral"}>{t(`levels.${level}`, { defaultValue: level })}</Badge>;
}

/** The code with its explanation; the gateway's own, in English, where this console has none. */
function What({ code, text }: GatewayEvent) {
  const { t } = useTranslation("activity");
  return (
    <span className="cell-lines cell-lines--wide">
      <span>{t(`codes.${code}`, { defaultValue: text })}</span>
      <code className="soft">{code}</code>
    </span>
  );
}

function Fields({ fields }: GatewayEvent) {
  return (
    <span className="cell-lines">
      {Object.entries(fields).map(([name, value]) => (
        <span key={name}>
          <span className="soft">{name}</span> {String(value)}
        </span>
      ))}
    </span>
  );
}
