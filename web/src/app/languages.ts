// SPDX-License-Identifier: Apache-2.0
import { type BackendModule, createInstance, type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

/** The languages of the console, each by its own name. */
export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

type Texts = Readonly<Record<string, unknown>>;

const kept = "postern-language";

/** `pages/<page>/texts.<language>.json` is the namespace `<page>`. */
const files = import.meta.glob<{ readonly default: Texts }>(["../pages/*/texts.*.json", "!../pages/sign-in/*"]);

/** `texts/<name>.<language>.json` is the namespace `<name>`: what more than one page says. */
const shared: Readonly<Record<Language, () => Promise<Readonly<Record<string, Texts>>>>> = {
  en: async () => (await import("../texts/shared-en.ts")).sharedTexts,
  de: async () => (await import("../texts/shared-de.ts")).sharedTexts,
};

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
  return files[`../pages/${namespace}/texts.${language}.json`];
}

async function readTexts(language: string, namespace: string): Promise<Texts> {
  const own = isLanguage(language) ? (await shared[language]())[namespace] : undefined;
  if (own !== undefined) return own;
  const load = filesOf(language, namespace);
  if (load === undefined) throw new Error(`no texts of ${namespace} in ${language}`);
  return (await load()).default;
}

/** Starts the translations in the language that was chosen last, or that the browser asks for, with the texts of a page. */
export async function startLanguages(page: string | undefined): Promise<i18n> {
  const instance = createInstance();
  const lng = firstLanguage();
  document.documentElement.lang = lng;
  const always = shared[lng]();
  if (page !== undefined) expectTexts(page);
  const resources = { [lng]: { ...(await always) } };
  instance.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await instance
    .use(backend)
    .use(initReactI18next)
    .init({
      lng,
      resources,
      // The other language, and those of pages, come when they are asked for.
      partialBundledLanguages: true,
      supportedLngs: Object.keys(languages),
      // Both languages have every text; a test sees to it.
      fallbackLng: false,
      ns: [...Object.keys(resources[lng] ?? {}), ...(page === undefined ? [] : [page])],
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
