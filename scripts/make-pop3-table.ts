// SPDX-License-Identifier: Apache-2.0
/**
 * Makes `docs/pop3-server-table.md` from the transition table of the POP3 server.
 * `node scripts/make-pop3-table.ts` writes it, `--check` tells whether it is up to date.
 */
import { type Pop3Refusal, pop3Refusals } from "../src/protocol/pop3/refusal.ts";
import { columns, table } from "../src/protocol/pop3/server/machine.ts";
import { makePages } from "./generated-pages.ts";

const meanings: Readonly<Record<(typeof columns)[number], string>> = {
  "authorization-plain": "AUTHORIZATION (RFC 1939 §4) on a connection in clear: STLS is wanted",
  authorization: "AUTHORIZATION inside TLS: the puller may sign in",
  "user-given": "USER was accepted, PASS is wanted",
  transaction: "TRANSACTION (RFC 1939 §5): the maildrop is open",
};

/** The page, as it must be. */
export function pop3TablePage(): string {
  const lines = [
    "# The POP3 server: every verb in every state",
    "",
    "Made by `node scripts/make-pop3-table.ts` from the table in `src/protocol/pop3/server/machine.ts`; do not edit.",
    "",
    "A cell names the command that handles the verb there, with its own refusals, or the refusal that it always gets.",
    "",
    `| verb | ${columns.join(" | ")} |`,
    `|---|${columns.map(() => "---").join("|")}|`,
    ...Object.entries(table).map(([verb, handlers]) => `| ${verb} | ${handlers.map(cell).join(" | ")} |`),
    "",
    `Any other word: ${describe(pop3Refusals.unknownCommand)}.`,
    "",
    "## States",
    "",
    ...columns.map((name) => `- **${name}**: ${meanings[name]}`),
    "",
    "In *exchange* and *exchange-refused* lines are responses of AUTH. In *update* (UPDATE, RFC 1939 §6) removals are under",
    "way, and in *over* the conversation has ended: nothing is read in either. No verb has a place there.",
    "",
    "## Refusals",
    "",
    "| response code | text to the peer | cause in the log |",
    "|---|---|---|",
    ...allRefusals.map(refusalRow),
    "",
  ];
  return lines.join("\n");
}

const allRefusals: readonly Pop3Refusal[] = Object.values(pop3Refusals);
const refusalsByName: ReadonlyMap<string, Pop3Refusal> = new Map(Object.entries(pop3Refusals));

function cell({ name }: { readonly name: string }): string {
  const refusal = refusalsByName.get(name);
  return refusal === undefined ? `\`${name}\`` : describe(refusal);
}

function describe({ code, text }: Pop3Refusal): string {
  return code === undefined ? `-ERR ${text}` : `-ERR [${code}] ${text}`;
}

function refusalRow({ code, text, cause, closes }: Pop3Refusal): string {
  return `| ${code ?? "none"}${closes === true ? ", closes" : ""} | ${text} | \`${cause}\` |`;
}

if (import.meta.main) makePages([{ path: "docs/pop3-server-table.md", text: pop3TablePage() }]);
