// SPDX-License-Identifier: Apache-2.0

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const kept = "postern-theme";

/** The colours chosen last. */
export function currentTheme(): Theme {
  const theme = localStorage.getItem(kept) ?? "system";
  return isTheme(theme) ? theme : "system";
}

/** `system` leaves the choice to the operating system. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  localStorage.setItem(kept, theme);
}

export function isTheme(text: string): text is Theme {
  return themes.some((theme) => theme === text);
}
