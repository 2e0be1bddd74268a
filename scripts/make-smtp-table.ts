// SPDX-License-Identifier: Apache-2.0
/**
 * Makes `docs/smtp-server-table.md` from the transition table of the SMTP server.
 * `node scripts/make-smtp-table.ts` writes it, `--check` tells whether it is up to date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { type Refusal, refusals } from "../src/protocol/smtp/refusal.ts";
import { columns, table } from "../src/protocol/smtp/server/machine.ts";

const path = `${import.meta.dirname}/../docs/smtp-server-table.md`;

const meanings: Readonly<Record<(typeof columns)[number], string>> = {
  connected: "the greeting was sent; EHLO or HELO is wanted",
  ready: "a transaction may begin",
  envelope: "MAIL was accepted; recipients are gathered",
  chunks: "between two BDAT of one transaction",
};

/** The page, as it must be. */
export function smtpTablePage(): string {
  const lines = [
    "# The SMTP server: every verb in every state",
    "",
    "Made by `node scripts/make-smtp-table.ts` from the table in `src/protocol/smtp/server/machine.ts`; do not edit.",
    "",
    "A cell names the command that handles the verb there, with its own refusals, or the refusal that it always gets.",
    "",
    `| verb | ${columns.join(" | ")} |`,
    `|---|${columns.map(() => "---").join("|")}|`,
    ...Object.entries(table).map(([verb, handlers]) => `| ${verb} | ${handlers.map(cell).join(" | ")} |`),
    "",
    "Any other word: " + describe(refusals.unknownCommand) + ".",
    "",
    "## States",
    "",
    ...columns.map((name) => `- **${name}**: ${meanings[name]}`),
    "",
    "In *content* and *chunk* octets are mail data; in *sign-in* and *sign-in-denied* lines are responses of AUTH; after",
    "*over* nothing is read. No verb has a place there.",
    "",
    "## Refusals",
    "",
    "| reply | text to the peer | cause in the log |",
    "|---|---|---|",
    ...allRefusals.map(refusalRow),
    "",
  ];
  return lines.join("\n");
}

const allRefusals: readonly Refusal[] = Object.values(refusals);
const refusalsByName: ReadonlyMap<string, Refusal> = new Map(Object.entries(refusals));

function cell({ name }: { readonly name: string }): string {
  const refusal = refusalsByName.get(name);
  return refusal === undefined ? `\`${name}\`` : describe(refusal);
}

function describe({ reply }: Refusal): string {
  return [reply.code, reply.enhanced, reply.lines.join(" ")].filter((part) => part !== undefined).join(" ");
}

function refusalRow({ reply, cause, closes }: Refusal): string {
  const code = `${reply.code} ${reply.enhanced ?? ""}`.trim();
  return `| ${code}${closes === true ? ", closes" : ""} | ${reply.lines.join(" ")} | \`${cause}\` |`;
}

function main(): void {
  const page = smtpTablePage();
  if (!process.argv.includes("--check")) writeFileSync(path, page);
  else if (readFileSync(path, "utf8") !== page) {
    console.error("docs/smtp-server-table.md is out of date: node scripts/make-smtp-table.ts");
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
