// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parseDialog, pieceSizes, playDialog } from "./dialog.ts";
import { machineEndpoint } from "./machine-endpoint.ts";

const names = readdirSync(import.meta.dirname).filter((name) => /^smtp-.*\.dialog$/.test(name));

test("there are dialogs", () => assert.ok(names.length > 10));

for (const name of names) {
  const text = readFileSync(`${import.meta.dirname}/${name}`, "utf8");
  const dialog = parseDialog(name, text, machineEndpoint.names);
  test(`${name}, whole and cut at every size`, async () => {
    for (const size of pieceSizes(dialog)) await playDialog(dialog, machineEndpoint, size);
  });
}
