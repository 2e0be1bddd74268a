// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { findUnused } from "./check-catalogues.ts";

const names = { errors: ["store/failing"], events: ["smtp/kept"], fields: ["smtpIdleMs"] };
const user = {
  path: "src/a.ts",
  text: 'throw new PosternError("store/failing"); log.event("smtp/kept"); use(configuration.limits.smtpIdleMs);',
};

test("what is used passes", () => {
  assert.deepEqual(findUnused([user], names), []);
});

test("an error, an event and a setting that nothing uses are found", () => {
  assert.equal(findUnused([], names).length, 3);
});

test("the catalogue itself and tests do not count as use", () => {
  const files = ["src/base/errors.ts", "src/a.test.ts"].map((path) => ({ path, text: user.text }));
  assert.equal(findUnused(files, names).length, 3);
});

test("the default of a setting is not the setting", () => {
  const text = user.text.replace("configuration.limits", "limits");
  assert.deepEqual(findUnused([{ ...user, text }], names), ["schema.ts: nothing reads smtpIdleMs"]);
});
