// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { Badge } from "../../components/badge.tsx";
import { Checkbox, Field, Select, TextArea } from "../../components/field.tsx";
import { type Setting, textOf } from "./setting-values.ts";

interface SettingFieldProps {
  readonly setting: Setting;
  readonly text: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}

/** One setting with what it means; the control follows from its kind of value. */
export function SettingField({ setting, text, error, onChange }: SettingFieldProps) {
  const { form } = setting;
  const frame = { label: useLabel()(setting), help: <Help setting={setting} />, error };
  const typed = {
    value: text,
    spellCheck: false,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => onChange(target.value),
  };
  switch (form.kind) {
    case "flag":
      return (
        <div>
          <Checkbox
            label={frame.label}
            help={frame.help}
            checked={text === "true"}
            aria-invalid={error !== undefined}
            onChange={({ target }) => onChange(String(target.checked))}
          />
          {error !== undefined && <p className="field__error">{error}</p>}
        </div>
      );
    case "choice":
      return (
        <Select
          {...frame}
          value={text}
          onChange={typed.onChange}
          options={(form.choices ?? []).map((value) => ({ value, text: value }))}
        />
      );
    case "list":
    case "table":
      return <TextArea {...frame} {...typed} rows={Math.min(Math.max(text.split("\n").length, 2), 8)} />;
    case "number":
      return <Field {...frame} {...typed} inputMode="numeric" autoComplete="off" />;
    default:
      return <Field {...frame} {...typed} autoComplete="off" />;
  }
}

/** A setting that cannot be changed here, or not by this person: its value, and why. */
export function FixedSetting({ setting }: { readonly setting: Setting }) {
  const { t } = useTranslation("settings");
  const label = useLabel();
  const text = textOf(setting, setting.value);
  return (
    <div className="field">
      <p className="field__label">{label(setting)}</p>
      <div className="field__help">
        <Help setting={setting} />
      </div>
      <p className="setting__value">{text === "" ? <span className="soft">{t("empty")}</span> : <code>{text}</code>}</p>
      {setting.fixedBy !== null && (
        <p className="soft">{t(`fixed.${setting.fixedBy}`, { variable: setting.environment })}</p>
      )}
    </div>
  );
}

/** The meaning, then what is possible and where the value comes from. */
function Help({ setting }: { readonly setting: Setting }): ReactNode {
  const { t } = useTranslation("settings");
  const { name, help, form, default: standard, derivedFrom, origin, live, waiting, fixedBy } = setting;
  const standardText =
    standard === null
      ? t(`derived.${name}`, { defaultValue: derivedFrom ?? "" })
      : textOf(setting, standard).replaceAll("\n", ", ");
  const range = useRange(setting);
  return (
    <>
      {t(`help.${name}`, { defaultValue: help })}
      {form.kind === "list" && ` ${t("line")}`}
      {form.kind === "table" && ` ${t("tableLine")}`}
      <span className="setting__facts">
        <code>{name}</code>
        {range !== undefined && fixedBy === null && <span>{t("possible", range)}</span>}
        <span>{t("defaultIs", { value: standardText === "" ? t("empty") : standardText })}</span>
        {origin !== "default" && (
          <Badge kind={origin === "console" ? "accent" : "neutral"}>{t(`origins.${origin}`)}</Badge>
        )}
        {waiting ? (
          <Badge kind="warning">{t("waits")}</Badge>
        ) : (
          !live && fixedBy === null && <Badge>{t("restart")}</Badge>
        )}
      </span>
    </>
  );
}

/** The limits of a number, or of a size or a time, which stand in the name of its type. */
function useRange({ form, type }: Setting): { readonly min: string; readonly max: string } | undefined {
  const { number } = useFormat();
  if (form.min !== undefined && form.max !== undefined) return { min: number(form.min), max: number(form.max) };
  const [, min, max] = /"([^"]+)" to "([^"]+)"/.exec(type) ?? [];
  return min === undefined || max === undefined ? undefined : { min, max };
}

/** What a setting is called; a new one that no language knows yet by its key. */
export function useLabel(): (setting: Pick<Setting, "name" | "key">) => string {
  const { t } = useTranslation("settings");
  return ({ name, key }) => t(`labels.${name}`, { defaultValue: key });
}
