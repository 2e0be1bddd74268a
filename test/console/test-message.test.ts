// SPDX-License-Identifier: Apache-2.0
/** A test message from the console, in a real browser: it arrives and is pulled; what keeps it out is told. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

suite("a test message", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  let mailbox: { readonly id: string; readonly address: string; readonly password: string };
  before(async () => {
    world = await ConsoleWorld.start();
    page = await world.person("root", "administrator");
    const root = await world.api.root();
    mailbox = (await root.call("POST", "mailboxes", { body: { name: "Tried out" } })).body;
  });
  after(async () => world.stop());

  const send = () => page.getByRole("button", { name: /^Send/ }).click();

  test("it is sent, seen to arrive, and is what a POP3 client pulls", async () => {
    await page.goto(`/mailboxes/${mailbox.id}/test`);
    await send();
    await page.getByText("The test message has arrived").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    const told = await page.locator(".copy-value__text", { hasText: /^[0-9a-f-]{36}@/ }).innerText();
    const pop3 = await world.api.local.pop3(mailbox);
    assert.ok((await pop3.retrieve(1)).toString().includes(`Message-ID: <${told}>`));
    pop3.peer.destroy();
  });

  test("a second one is seen to arrive as well, and the mailbox has both", async () => {
    await send();
    await page.getByText("The test message has arrived").waitFor();
    const root = await world.api.root();
    assert.equal((await root.call("GET", `mailboxes/${mailbox.id}`)).body.messages, 2);
  });

  test("a suspended mailbox refuses it, and the page says what to do", async () => {
    const root = await world.api.root();
    await root.call("PUT", `mailboxes/${mailbox.id}/state`, { body: { state: "suspended" } });
    await send();
    await page.getByText("The test message was refused").waitFor();
    await page.getByText("The mailbox is suspended.", { exact: false }).waitFor();
    await page.getByText(/^450 4\.2\.1 /).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("an auditor is not offered it", async () => {
    const auditor = await world.person("audrey", "auditor");
    await auditor.goto(`/mailboxes/${mailbox.id}/test`);
    await auditor.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await auditor.getByRole("button", { name: /Send/ }).count(), 0);
  });

  test("nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });
});
