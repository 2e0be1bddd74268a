// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { startLanguages } from "./app/languages.ts";
import { takeSetUpToken } from "./app/set-up-token.ts";
import { applyTheme, currentTheme } from "./app/theme.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";
import "./styles/shell.css";

const setUpToken = takeSetUpToken();
applyTheme(currentTheme());
const languages = await startLanguages();
const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no place for the console");
createRoot(root).render(
  <StrictMode>
    <App languages={languages} setUpToken={setUpToken} />
  </StrictMode>,
);
