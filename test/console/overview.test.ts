// SPDX-License-Identifier: Apache-2.0
/** Overview and mailbox in a real browser: mail comes in and is pulled, and the open page follows by itself. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

const name = 'Journal <img src=x onerror="alert(1)">';

suite("overview", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  before(async () => {
    world = await ConsoleWorld.start();
    page = await world.person("root", "administrator");
  });
  after(async () => world.stop());

  /** The number beside a label. */
  const figure = (label: string) => page.locator(".figure", { hasText: label }).locator(".figure__value");
  const shows = (label: string, value: string) => figure(label).getByText(value, { exact: true }).waitFor();

  test("without a mailbox it leads to the first one", async () => {
    await page.goto("/");
    await page.getByText("Create the first mailbox").waitFor();
    await page.getByRole("button", { name: "Create mailbox" }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("what comes in and is pulled is seen without loading the page again", async () => {
    const root = await world.api.root();
    const { body: mailbox } = await root.call("POST", "mailboxes", { body: { name, requireTls: false } });
    await page.goto("/");
    await page.getByText("Everything is well").waitFor();
    await shows("Messages that wait", "0");
    let loads = 0;
    page.on("load", () => (loads += 1));
    for (const subject of ["one", "two"]) {
      const smtp = await world.api.local.smtp();
      const content = Buffer.from(`Subject: ${subject}\r\n\r\nbody\r\n`);
      await smtp.deliver({ from: "a@sender.test", to: [mailbox.address], content });
    }
    await shows("Messages that wait", "2");
    await shows("Received", "2");
    const pop3 = await world.api.local.pop3(mailbox);
    await pop3.retrieve(1);
    await pop3.command("DELE 1");
    await pop3.quit();
    await shows("Messages that wait", "1");
    await shows("Pulled", "1");
    await page.getByText("As a table").first().click();
    await page.getByRole("cell", { name: "2", exact: true }).first().waitFor();
    assert.equal(loads, 0);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("the mailbox tells where its mail came from and what its ledger says; its name is text", async () => {
    const root = await world.api.root();
    const { body } = await root.call("GET", "mailboxes");
    const id = String(body.mailboxes[0].id);
    const { body: ledger } = await root.call("GET", `mailboxes/${id}/ledger`);
    await page.goto(`/mailboxes/${id}`);
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await page.getByText("127.0.0.1").first().waitFor();
    await page.goto(`/mailboxes/${id}/ledger`);
    await page.getByText(ledger.head.hash).first().waitFor();
    await page.getByRole("row").nth(1).waitFor();
    assert.equal(await page.getByRole("row").count(), ledger.entries.length + 1);
    assert.equal(await page.locator("#content img").count(), 0);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("nothing failed in the browser and nothing was asked of another host", () => {
    assert.deepEqual(world.complaints, []);
  });
});
