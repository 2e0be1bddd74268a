// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFiles } from "./check-files.ts";

const licence = "// SPDX-License-Identifier: Apache-2.0\n";

// In two parts, so that the check does not find it here.
const leftOver = ["TO", "DO"].join("");

function problems(path: string, text: string): number {
  return checkFiles([{ path, text }]).length;
}

test("a file with licence and name passes, also behind a line for the shell", () => {
  assert.equal(problems("src/a-b.ts", licence), 0);
  assert.equal(problems("src/a-b.test.ts", licence), 0);
  assert.equal(problems("bin/a.cjs", `#!/usr/bin/env node\n${licence}`), 0);
});

test("a missing licence, another name and a left-over are found", () => {
  assert.equal(problems("src/a.ts", `\n${licence}`), 1);
  assert.equal(problems("src/aB.ts", licence), 1);
  assert.equal(problems("src/a_b.ts", licence), 1);
  assert.equal(problems("src/a.ts", `${licence}// ${leftOver}: later`), 1);
});
