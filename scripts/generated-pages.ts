// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./source-files.ts";

/** A file that is made, by its path from the root of the repository. */
export interface GeneratedPage {
  readonly path: string;
  readonly text: string;
}

/** Writes the pages, or with `--check` tells which are out of date. */
export function makePages(pages: readonly GeneratedPage[]): void {
  for (const { path, text } of pages) {
    const file = join(repository, path);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    if (process.argv.includes("--check")) {
      console.error(`${path} is out of date; run \`npm run make\``);
      process.exitCode = 1;
    } else {
      writeFileSync(file, text);
      console.log(`${path} written`);
    }
  }
}
