// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { personQuery } from "./api/session.ts";
import { App } from "./app/app.tsx";
import { createConnection } from "./app/connection.ts";
import { expectPage } from "./app/expect-page.ts";
import { startLanguages } from "./app/languages.ts";
import { takeSetUpToken } from "./app/set-up-token.ts";
import { applyTheme, currentTheme } from "./app/theme.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";
import "./styles/shell.css";

const setUpToken = takeSetUpToken();
applyTheme(currentTheme());
// All at once: who it is, the page of the address, and the texts. One after the other they would take three times as long.
const connection = createConnection();
void connection.queries.prefetchQuery(personQuery(connection.api));
const starting = startLanguages();
expectPage(location.pathname);
const languages = await starting;
const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no place for the console");
createRoot(root).render(
  <StrictMode>
    <App languages={languages} connection={connection} setUpToken={setUpToken} />
  </StrictMode>,
);
