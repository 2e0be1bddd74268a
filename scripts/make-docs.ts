// SPDX-License-Identifier: Apache-2.0
/** Makes every generated file anew by running each `make-*.ts` beside it; `--check` only tells what is out of date. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

if (import.meta.main) {
  for (const name of readdirSync(import.meta.dirname).toSorted()) {
    if (!/^make-.*\.ts$/.test(name) || name === "make-docs.ts" || name.endsWith(".test.ts")) continue;
    const run = spawnSync(process.execPath, [join(import.meta.dirname, name), ...process.argv.slice(2)], {
      stdio: "inherit",
    });
    if (run.status !== 0) process.exitCode = 1;
  }
}
