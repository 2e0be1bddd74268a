// SPDX-License-Identifier: Apache-2.0
/** Holds the citations of RFCs in `src/` against the table `rfc/index.md`. Run by `npm run check`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkCitations, readIndex } from "./rfc-citations.ts";
import { readSourceFiles, report, repository } from "./source-files.ts";

if (import.meta.main) {
  const rows = readIndex(readFileSync(join(repository, "rfc/index.md"), "utf8"));
  report(
    checkCitations(readSourceFiles("src", [".ts"]), rows),
    `${rows.length} RFCs are cited and stand in the table.`,
  );
}
