// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";

const table = join(import.meta.dirname, "../../web/src/pages.ts");

/** A page of the console: its name and address, with `:id` where one mailbox is meant. */
export interface ConsolePage {
  readonly name: string;
  readonly path: string;
}

/** The table of pages, read as text: it is code for browsers, and the compiler of tests does not know theirs. */
export function consolePages(): readonly ConsolePage[] {
  const text = readFileSync(table, "utf8");
  const pages = [...text.matchAll(/\bname: "([^"]+)",\s*path: "([^"]+)"/g)].map(([, name = "", path = ""]) => ({
    name,
    path,
  }));
  if (pages.length === 0) throw new Error(`no pages were found in ${table}`);
  return pages;
}
