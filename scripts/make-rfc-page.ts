// SPDX-License-Identifier: Apache-2.0
/** Makes the page "where is which RFC" from the citations in `src/`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makePages } from "./generated-pages.ts";
import { readIndex, rfcPage } from "./rfc-citations.ts";
import { readSourceFiles, repository } from "./source-files.ts";

if (import.meta.main) {
  const rows = readIndex(readFileSync(join(repository, "rfc/index.md"), "utf8"));
  makePages([{ path: "docs/rfc.md", text: rfcPage(readSourceFiles("src", [".ts"]), rows) }]);
}
