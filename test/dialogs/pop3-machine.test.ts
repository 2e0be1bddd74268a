// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parseDialog, pieceSizes, playDialog } from "./dialog.ts";
import { pop3MachineEndpoint } from "./pop3-machine-endpoint.ts";

const names = readdirSync(import.meta.dirname).filter((name) => /^pop3-.*\.dialog$/.test(name));

test("there are dialogs", () => assert.ok(names.length > 10));

for (const name of names) {
  const text = readFileSync(`${import.meta.dirname}/${name}`, "utf8");
  const dialog = parseDialog(name, text, pop3MachineEndpoint.names);
  test(`${name}, whole and cut at every size`, async () => {
    for (const size of pieceSizes(dialog)) await playDialog(dialog, pop3MachineEndpoint, size);
  });
}
