// SPDX-License-Identifier: Apache-2.0
/** The settings in the console, which are those of the one schema. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { schema } from "../../src/config/schema.ts";
import type { Section } from "../../src/config/setting.ts";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

const sections: Readonly<Record<string, Section>> = schema;

test("both languages have a name and a help for every setting; the English help is that of the schema", async () => {
  const folder = join(import.meta.dirname, "../../web/src/pages/settings");
  const [en, de] = await Promise.all(
    ["en", "de"].map(async (language) => JSON.parse(await readFile(join(folder, `texts.${language}.json`), "utf8"))),
  );
  for (const [section, { help, settings }] of Object.entries(sections)) {
    assert.equal(en.sectionHelp[section], help, section);
    for (const texts of [en, de]) {
      assert.ok(texts.sections[section], section);
      assert.deepEqual(Object.keys(texts.labels[section]), Object.keys(settings), section);
      assert.deepEqual(Object.keys(texts.help[section]), Object.keys(settings), section);
    }
    for (const [key, setting] of Object.entries(settings)) assert.equal(en.help[section][key], setting.help, key);
  }
});

suite("settings", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  before(async () => {
    world = await ConsoleWorld.start({ "limits.connections": 77 });
    page = await world.person("root", "administrator");
    await page.goto("/settings");
  });
  after(async () => world.stop());

  const card = (name: string) => page.getByRole("region", { name, exact: true });

  test("every setting stands there; what the command line sets is shown and not asked for", async () => {
    await card("Limits").waitFor();
    const names = Object.entries(sections).flatMap(([section, { settings }]) =>
      Object.keys(settings).map((key) => `${section}.${key}`),
    );
    for (const name of names) assert.equal(await page.getByText(name, { exact: true }).count(), 1, name);
    assert.equal(await page.getByLabel("Connections in total").count(), 0);
    await card("Limits").getByText("Set on the command line of the gateway", { exact: false }).waitFor();
  });

  test("a wrong value is told at its field, and nothing of the form is applied", async () => {
    await card("Limits").getByLabel("Largest message").fill("2 KiB");
    await card("Limits").getByLabel("Errors per session").fill("11");
    await card("Limits").getByRole("button", { name: "Save" }).click();
    await page.getByText('"2 KiB" is out of range', { exact: false }).waitFor();
    assert.equal(await card("Limits").getByLabel("Largest message").getAttribute("aria-invalid"), "true");
    assert.deepEqual(await accessibilityFaults(page), []);
    const { body } = await (await world.api.root()).call("GET", "settings");
    assert.doesNotMatch(JSON.stringify(body), /"origin":"console"/);
  });

  test("in German as well, with the values, of one entry too", async () => {
    const german = await world.visitor({ locale: "de-DE" });
    await world.signIn(german, "root");
    await german.goto("/settings");
    const limits = german.getByRole("region", { name: "Grenzen", exact: true });
    await limits.locator("input").first().waitFor();
    const field = limits.locator(".field", { hasText: "limits.max_message_size" });
    await field.getByRole("textbox").fill("2 KiB");
    await limits.getByRole("button", { name: "Speichern" }).click();
    await field.getByText("„2 KiB“ ist nicht möglich.", { exact: false }).waitFor();
    const gateway = german.locator("#gateway");
    const domains = gateway.locator(".field", { hasText: "gateway.domains" });
    await domains.getByRole("textbox").fill("good.test\nnot a name");
    await gateway.getByRole("button", { name: "Speichern" }).click();
    await domains.getByText("Eintrag 2: „not a name“ ist kein Hostname.", { exact: false }).waitFor();
    await german.context().close();
  });

  test("the list of sections leads to each, by keyboard as well", async () => {
    const jump = page.getByRole("navigation", { name: "Sections" });
    assert.equal(await jump.getByRole("link").count(), Object.keys(sections).length);
    await jump.getByRole("link", { name: "Log", exact: true }).press("Enter");
    await page.waitForURL(/#log$/);
    assert.equal(await page.evaluate("document.activeElement.id"), "log");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.closest('section').id"), "log");
    assert.ok(await card("Log").getByRole("heading").isVisible());
  });

  test("a right one works at once, and can be given back", async () => {
    await card("Limits").getByLabel("Largest message").fill("1 MiB");
    await card("Limits").getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    const smtp = await world.api.local.smtp();
    assert.match((await smtp.command("EHLO client.test", 250)).text, /^SIZE 1048576$/m);
    await card("Limits").getByText("Changed here").first().waitFor();
    await card("Limits")
      .getByRole("button", { name: /^Take the value of the file.*Largest message$/ })
      .click();
    await card("Limits")
      .getByRole("button", { name: /^Take the value of the file.*Largest message$/ })
      .waitFor({ state: "detached" });
    smtp.peer.destroy();
    // A session goes on with what held when it began.
    const next = await world.api.local.smtp();
    assert.match((await next.command("EHLO client.test", 250)).text, /^SIZE 262144000$/m);
    next.peer.destroy();
  });

  test("what needs a restart says that it waits", async () => {
    await card("Gateway").getByLabel("Host name").fill("later.test");
    await card("Gateway").getByRole("button", { name: "Save" }).click();
    await page.getByText("Changes that wait for a restart").waitFor();
    await card("Gateway").getByText("Waits for a restart").waitFor();
  });

  test("somebody else was quicker: said, and what was typed is not lost", async () => {
    await card("Gateway").getByLabel("Domains of mailbox addresses").fill("mine.test");
    const root = await world.api.root();
    const settings = { "log.level": "warn" };
    await root.call("PATCH", "settings", { headers: { "if-match": "*" }, body: { settings } });
    await card("Gateway").getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody else changed the settings meanwhile").waitFor();
    assert.equal(await card("Gateway").getByLabel("Domains of mailbox addresses").inputValue(), "mine.test");
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
    await card("Gateway").getByRole("button", { name: "Save" }).click();
    await saved;
    await page.getByText("Somebody else changed the settings meanwhile").waitFor({ state: "detached" });
    const mailbox = await world.api.local.createMailbox();
    const { body } = await root.call("GET", `mailboxes/${mailbox.id}`);
    assert.deepEqual(body.addresses, [`${mailbox.id}@mine.test`]);
  });

  test("an auditor sees all and changes nothing", async () => {
    const auditor = await world.person("auditor", "auditor");
    await auditor.goto("/settings");
    await auditor.getByText("limits.max_message_size", { exact: true }).waitFor();
    assert.equal(await auditor.locator("#content").getByRole("textbox").count(), 0);
    assert.equal(await auditor.getByRole("button", { name: "Save" }).count(), 0);
    assert.deepEqual(world.complaints, []);
  });
});
