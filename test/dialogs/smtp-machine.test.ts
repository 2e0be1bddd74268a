// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { longestTurn, parseDialog, playDialog } from "./dialog.ts";
import { machineAddresses, machineEndpoint } from "./machine-endpoint.ts";

const names = readdirSync(import.meta.dirname).filter((name) => /^smtp-.*\.dialog$/.test(name));

test("there are dialogs", () => assert.ok(names.length > 10));

for (const name of names) {
  const text = readFileSync(`${import.meta.dirname}/${name}`, "utf8");
  const dialog = parseDialog(name, text, machineAddresses);
  test(`${name}, whole`, () => playDialog(dialog, machineEndpoint, longestTurn(dialog)));
  if (dialog.settings.whole) continue;
  test(`${name}, byte by byte and cut at every size`, async () => {
    for (let size = 1; size < longestTurn(dialog); size++) await playDialog(dialog, machineEndpoint, size);
  });
}
