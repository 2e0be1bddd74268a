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
// All at once: who it is, the page of the address with what it asks for, and the texts. One after the other they would take
// three times as long; and what is there when React begins is shown at once, where it would wait again for what is not.
const connection = createConnection();
void connection.queries.prefetchQuery(personQuery(connection.api));
const page = setUpToken === undefined ? expectPage(location, connection) : undefined;
const [languages, loaded] = await Promise.all([startLanguages(page?.entry.name), page?.loaded]);
const first = page === undefined || loaded === undefined ? undefined : { entry: page.entry, Page: loaded.Page };
const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no place for the console");
createRoot(root).render(
  <StrictMode>
    <App languages={languages} connection={connection} setUpToken={setUpToken} first={first} />
  </StrictMode>,
);
