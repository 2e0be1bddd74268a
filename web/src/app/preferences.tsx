// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { chooseLanguage, isLanguage, languages } from "./languages.ts";
import { applyTheme, currentTheme, isTheme, themes } from "./theme.ts";

/** Language and colours, changed at once and kept in this browser. */
export function Preferences() {
  return (
    <div className="preferences">
      <LanguageChoice />
      <ThemeChoice />
    </div>
  );
}

export function LanguageChoice() {
  const { t, i18n } = useTranslation();
  return (
    <label className="preference">
      <span className="preference__label">{t("language")}</span>
      <select
        className="input input--small"
        value={i18n.language}
        onChange={({ target }) => {
          if (isLanguage(target.value)) void chooseLanguage(i18n, target.value);
        }}
      >
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function ThemeChoice() {
  const { t } = useTranslation();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <label className="preference">
      <span className="preference__label">{t("theme")}</span>
      <select
        className="input input--small"
        value={theme}
        onChange={({ target }) => {
          if (!isTheme(target.value)) return;
          applyTheme(target.value);
          setTheme(target.value);
        }}
      >
        {themes.map((each) => (
          <option key={each} value={each}>
            {t(`themes.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
