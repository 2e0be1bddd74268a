// SPDX-License-Identifier: Apache-2.0
import { type BackendModule, createInstance, type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

/** The languages of the console, each by its own name. */
export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

const kept = "postern-language";

/** `texts/<name>.<language>.json` is the namespace `<name>`; `pages/<page>/texts.<language>.json` the namespace `<page>`. */
const files = import.meta.glob<{ readonly default: Record<string, unknown> }>([
  "../texts/*.json",
  "../pages/*/texts.*.json",
]);

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  // oxlint-disable-next-line typescript/no-misused-promises -- i18next takes a promise as well as a callback
  read: readTexts,
};

/** Begins to fetch the texts of a page, so that they come with its code and not after it. */
export function expectTexts(namespace: string): void {
  void filesOf(document.documentElement.lang, namespace)?.();
}

function filesOf(language: string, namespace: string) {
  return files[`../texts/${namespace}.${language}.json`] ?? files[`../pages/${namespace}/texts.${language}.json`];
}

async function readTexts(language: string, namespace: string): Promise<Record<string, unknown>> {
  const load = filesOf(language, namespace);
  if (load === undefined) throw new Error(`no texts of ${namespace} in ${language}`);
  return (await load()).default;
}

/** Starts the translations in the language that was chosen last, or that the browser asks for. */
export async function startLanguages(): Promise<i18n> {
  const instance = createInstance();
  document.documentElement.lang = firstLanguage();
  instance.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await instance
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      supportedLngs: Object.keys(languages),
      // Both languages have every text; a test sees to it.
      fallbackLng: false,
      ns: ["frame", "problems"],
      defaultNS: "frame",
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
  return instance;
}

/** Changes the language of everything on the screen, and of the next visit. */
export async function chooseLanguage(instance: i18n, language: Language): Promise<void> {
  await instance.changeLanguage(language);
  localStorage.setItem(kept, language);
}

export function isLanguage(text: string): text is Language {
  return Object.hasOwn(languages, text);
}

function firstLanguage(): Language {
  const wanted = [localStorage.getItem(kept) ?? "", ...navigator.languages.map((each) => each.slice(0, 2))];
  return wanted.find(isLanguage) ?? "en";
}
