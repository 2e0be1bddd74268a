// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/problem.ts";
import { Button } from "../../components/button.tsx";
import { Notice } from "../../components/notice.tsx";
import { Problem, useReasonText } from "../../components/problem.tsx";
import { FixedSetting, SettingField, useLabel } from "./setting-field.tsx";
import { type Section, type Setting, textOf, valueOf } from "./setting-values.ts";
import { useChangeSettings } from "./use-settings.ts";

interface SectionCardProps {
  readonly section: Section;
  readonly tag: string;
  readonly mayChange: boolean;
  /** What belongs to the section and is no setting. */
  readonly children?: ReactNode;
}

/** One section of the configuration; what was changed in it is saved together, all or none. */
export function SectionCard({ section, tag, mayChange, children }: SectionCardProps) {
  const { t } = useTranslation(["settings", "frame"]);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const change = useChangeSettings(() => setTyped({}));
  const reasonText = useReasonText();
  const problem = change.error === null ? undefined : problemOf(change.error);
  const shown = (setting: Setting): string => typed[setting.name] ?? textOf(setting, setting.value);
  const changed = section.settings.filter((each) => shown(each) !== textOf(each, each.value));
  const id = `section-${section.name}`;
  return (
    <section className="card setting-section" aria-labelledby={id} id={section.name} tabIndex={-1}>
      <div className="card__head">
        <h2 id={id}>{t(`sections.${section.name}`, { defaultValue: section.name })}</h2>
      </div>
      <p className="card__text">{t(`sectionHelp.${section.name}`, { defaultValue: section.help })}</p>
      <form
        noValidate
        className="stack setting-list"
        onSubmit={(event) => {
          event.preventDefault();
          const settings = Object.fromEntries(changed.map((each) => [each.name, valueOf(each, shown(each))]));
          change.mutate({ settings, tag });
        }}
      >
        {section.settings.map((setting) =>
          mayChange && setting.fixedBy === null ? (
            <div key={setting.name}>
              <SettingField
                setting={setting}
                text={shown(setting)}
                error={reasonText(problem?.fields.get(setting.name))}
                onChange={(text) => setTyped({ ...typed, [setting.name]: text })}
              />
              {setting.origin === "console" && (
                <GiveBack setting={setting} onGiveBack={(name) => change.mutate({ settings: { [name]: null }, tag })} />
              )}
            </div>
          ) : (
            <FixedSetting key={setting.name} setting={setting} />
          ),
        )}
        <SaveProblem error={change.error} />
        {mayChange && section.settings.some(({ fixedBy }) => fixedBy === null) && (
          <div className="row">
            <Button type="submit" kind="primary" disabled={changed.length === 0} busy={change.isPending}>
              {t("frame:save")}
            </Button>
          </div>
        )}
      </form>
      {children}
    </section>
  );
}

interface GiveBackProps {
  readonly setting: Setting;
  readonly onGiveBack: (name: string) => void;
}

function GiveBack({ setting, onGiveBack }: GiveBackProps) {
  const { t } = useTranslation("settings");
  const label = useLabel();
  return (
    <Button kind="quiet" icon="refresh" onClick={() => onGiveBack(setting.name)}>
      {t("giveBack")}
      <span className="visually-hidden">: {label(setting)}</span>
    </Button>
  );
}

function SaveProblem({ error }: { readonly error: Error | null }) {
  const { t } = useTranslation("settings");
  if (error === null) return null;
  const { code, fields } = problemOf(error);
  if (code === "config/changed-meanwhile")
    return (
      <div role="alert">
        <Notice kind="warning" title={t("conflict")}>
          <p>{t("conflictText")}</p>
        </Notice>
      </div>
    );
  if (fields.size === 0) return <Problem error={error} />;
  return (
    <div role="alert">
      <Notice kind="error" title={t("wrong")} />
    </div>
  );
}
