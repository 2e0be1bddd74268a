// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { LanguageChoice, ThemeChoice } from "../../app/preferences.tsx";

/** How the console looks in this browser. */
export function PreferencesCard() {
  const { t } = useTranslation("account");
  return (
    <section className="card" aria-labelledby="preferences">
      <div className="card__head">
        <h2 id="preferences">{t("preferences")}</h2>
      </div>
      <div className="stack">
        <p className="card__text">{t("preferencesText")}</p>
        <div className="row">
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </div>
    </section>
  );
}
