// SPDX-License-Identifier: Apache-2.0
/** The audit trail in a real browser: what differs, filters, pages, files, and names that are markup. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { changesOf } from "../../web/src/pages/audit/changes.ts";
import type { ApiClient } from "../support/api-client.ts";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

test("what differs between two sides is shown, and nothing else", () => {
  const before = { name: "a", state: "active", allowedPeers: ["google"], gone: 1 };
  const now = { name: "b", state: "active", allowedPeers: ["google", "192.0.2.1"], made: null };
  assert.deepEqual(changesOf(before, now), [
    { field: "name", before: "a", after: "b" },
    { field: "allowedPeers", before: "google", after: "google, 192.0.2.1" },
    { field: "gone", before: "1", after: undefined },
    { field: "made", before: undefined, after: "null" },
  ]);
  assert.deepEqual(changesOf(null, null), []);
  assert.deepEqual(changesOf(null, { name: "" }), [{ field: "name", before: undefined, after: "" }]);
  // What an object has by its nature is no field of a side.
  assert.deepEqual(changesOf(JSON.parse('{"constructor": "x"}'), {}), [
    { field: "constructor", before: "x", after: undefined },
  ]);
});

const markup = '<img src=x onerror="document.title=1">';

suite("the audit trail", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  let root: ApiClient;
  let id: string;
  before(async () => {
    world = await ConsoleWorld.start();
    root = await world.api.root();
    ({ id } = (
      await root.call("POST", "mailboxes", { body: { name: markup, description: "<script>x</script>" } })
    ).body);
    await root.call("PATCH", `mailboxes/${id}`, { headers: { "if-match": "*" }, body: { name: "Renamed" } });
    await root.call("PUT", `mailboxes/${id}/state`, { body: { state: "suspended" } });
    page = await world.person("audrey", "auditor");
  });
  after(async () => world.stop());

  const rows = () => page.locator("tbody tr");

  test("before and after are told apart, and markup in a name is a name", async () => {
    await page.goto("/audit");
    const renamed = rows().filter({ hasText: "Mailbox changed" });
    assert.equal(await renamed.locator("del").textContent(), `before: ${markup}`);
    assert.equal(await renamed.locator("ins").textContent(), "after: Renamed");
    // Name alone: what is as it was is not shown.
    assert.equal(await renamed.locator("li").count(), 1);
    assert.equal(await page.locator("tbody img, tbody script").count(), 0);
    assert.match(await page.title(), /^Audit trail/);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("the newest link of the chain is that of the newest entry", async () => {
    const { entries, head } = (await root.call("GET", "audit?limit=1")).body;
    assert.equal(head.hash, entries[0].hash);
    await page.goto("/audit");
    await page.locator(".copy-value__text", { hasText: head.hash }).waitFor();
  });

  test("filters narrow what is shown, stand in the address, and say when there is nothing", async () => {
    await page.goto("/audit");
    await page.getByLabel("Kind").selectOption("mailbox.");
    await page.getByLabel("To whom or what").fill(id);
    await page.locator("tbody tr").nth(2).waitFor();
    await rows().nth(3).waitFor({ state: "detached" });
    assert.equal(await rows().count(), 3);
    await page.waitForURL(new RegExp(`subject=${id}`));
    await page.reload();
    await page.locator('table[aria-busy="false"]').waitFor();
    assert.equal(await rows().count(), 3);
    await page.getByLabel("To", { exact: true }).fill("2020-01-01");
    await page.getByText("No entry is like that").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("what is shown is what the file has", async () => {
    await page.goto(`/audit?subject=${id}`);
    await rows().nth(2).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export as JSON Lines" }).click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).action),
      ["mailbox.created", "mailbox.changed", "mailbox.suspended"],
    );
    const [table] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export as CSV" }).click(),
    ]);
    assert.match(await readFile(await table.path(), "utf8"), /^position,at,/);
  });

  test("older entries come when they are asked for, each once", async () => {
    for (let made = 0; made < 55; made++) {
      await root.call("PUT", `mailboxes/${id}/state`, { body: { state: made % 2 === 0 ? "active" : "suspended" } });
    }
    await page.goto(`/audit?subject=${id}`);
    await rows().nth(49).waitFor();
    assert.equal(await rows().count(), 50);
    await page.getByRole("button", { name: "Show more" }).click();
    await rows().nth(57).waitFor();
    const positions = await rows().locator("td:first-child").allInnerTexts();
    assert.equal(new Set(positions).size, 58);
  });

  test("an operator has no such page", async () => {
    const operator = await world.person("oscar", "operator");
    await operator.goto("/audit");
    await operator.getByText("There is no such page", { exact: false }).waitFor();
  });

  test("nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });
});
