// SPDX-License-Identifier: Apache-2.0
/** Makes the pages of error codes and log events from their catalogues. */
import { errorCatalogue } from "../src/base/errors.ts";
import { logEvents } from "../src/observe/events.ts";
import { makePages } from "./generated-pages.ts";

const errorsHead = `# Errors

Made by \`npm run make\` from \`src/base/errors.ts\`; do not edit.

Every error that a command prints, or an answer of the control socket carries, has one of these codes. A code never
changes once released. *Trying again* says whether the same can succeed later: towards a mail server such an error is a
temporary refusal (4yz, \`-ERR [SYS/TEMP]\`), so that it keeps its copy.

| code | meaning | trying again |
|---|---|---|
`;

const eventsHead = `# Log events

Made by \`npm run make\` from \`src/observe/events.ts\`; do not edit.

Every line of the log is one of these events: a time, a level, the code, the text, and fields. A code never changes once
released; look for codes, not for texts. With \`log.format = "json"\` a line is an object with \`time\`, \`level\`, \`code\`,
\`text\` and the fields beside them. Texts that begin with ALARM want somebody to act.

| code | level | text |
|---|---|---|
`;

export function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { permanent, text }]) => `| \`${code}\` | ${text} | ${permanent ? "no" : "yes"} |\n`,
  );
  return errorsHead + rows.join("");
}

export function eventsPage(): string {
  const rows = Object.entries(logEvents).map(([code, { level, text }]) => `| \`${code}\` | ${level} | ${text} |\n`);
  return eventsHead + rows.join("");
}

if (import.meta.main) {
  makePages([
    { path: "docs/errors.md", text: errorsPage() },
    { path: "docs/log-events.md", text: eventsPage() },
  ]);
}
