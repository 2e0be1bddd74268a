// SPDX-License-Identifier: Apache-2.0
/** A mailbox in the console, from its creation to its end, with real mail and a real pull beside it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";
import type { Pop3Client } from "../support/pop3-client.ts";
import { SmtpClient } from "../support/smtp-client.ts";

suite("mailboxes", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  before(async () => {
    world = await ConsoleWorld.start();
    page = await world.person("root", "administrator");
  });
  after(async () => world.stop());

  const mailbox = { id: "", address: "", password: "" };

  test("create: what is missing is told at its field; the password is shown once, and stored before the dialog closes", async () => {
    await page.goto("/mailboxes");
    await page.getByText("No mailbox yet").waitFor();
    await page.getByRole("button", { name: "Create mailbox" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Create mailbox" }).click();
    await dialog.getByText("Fill this in.").waitFor();
    await dialog.getByText("Choose where the mail comes from.").waitFor();
    assert.equal(await dialog.getByLabel("Name").getAttribute("aria-invalid"), "true");
    await dialog.getByLabel("Name").fill("Contoso");
    await dialog.getByLabel("Mail comes from").selectOption({ label: "Microsoft 365" });
    await dialog.getByLabel("Description").fill("journal of everybody");
    await dialog.getByRole("button", { name: "Create mailbox" }).click();
    await dialog.getByRole("heading", { name: "“Contoso” is there" }).waitFor();
    const [address = "", id = "", password = ""] = await dialog.locator("dd code").allInnerTexts();
    Object.assign(mailbox, { id, address, password });
    assert.match(id, /^mbx-[0-9a-f]{32}$/);
    assert.equal(address, `${id}@journal.test`);

    const done = dialog.getByRole("button", { name: "Done" });
    assert.equal(await done.isDisabled(), true);
    await page.keyboard.press("Escape");
    assert.equal(await dialog.isVisible(), true);
    const download = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Download as a file" }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), "postern-Contoso.txt");
    const stored = await readFile(await file.path(), "utf8");
    for (const value of [address, id, password]) assert.ok(stored.includes(value));
    await dialog.getByLabel("I have stored the password").check();
    await done.click();
    await page.getByRole("heading", { name: "Contoso" }).waitFor();
    assert.ok(!(await page.content()).includes(password));
  });

  test("the password that was shown opens the mail that came", async () => {
    await deliver("first");
    const pop3 = await pull(mailbox.password);
    assert.match((await pop3.retrieve(1)).toString("latin1"), /Subject: first/);
    await pop3.quit();
  });

  test("edit: saved, and nobody's change is undone unseen", async () => {
    await openSettings();
    await page.getByLabel("Servers that may deliver").fill("192.0.2.300");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("“192.0.2.300” is no address", { exact: false }).waitFor();
    // What only the gateway sees stands at the field as well.
    await page.getByLabel("Servers that may deliver").fill("2001:db8::1::2");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("is no peer; write an address", { exact: false }).waitFor();
    assert.equal(await page.getByLabel("Servers that may deliver").getAttribute("aria-invalid"), "true");
    await page.getByLabel("Servers that the proxy may reach").fill("not a server");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("“not a server” is no server name", { exact: false }).waitFor();
    await page.getByLabel("Servers that may deliver").fill("127.0.0.0/8\n2001:db8::/32");
    await page.getByLabel("Take mail over encrypted", { exact: false }).uncheck();
    assert.equal(await page.getByLabel("Mail comes from").inputValue(), "microsoft365");
    await page.getByLabel("Mail comes from").selectOption("exchange");
    await page.getByLabel("Servers that the proxy may reach").fill("mail.example.com\n*.example.org");
    await page.getByLabel("How much may wait").fill("63");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("A whole number from 64, or nothing").waitFor();
    await page.getByLabel("How much may wait").fill("2048");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    const root = await world.api.root();
    const { body } = await root.call("GET", `mailboxes/${mailbox.id}`);
    assert.deepEqual([body.allowedPeers, body.requireTls], [["127.0.0.0/8", "2001:db8::/32"], false]);
    assert.deepEqual([body.purpose, body.allowedTargets], ["exchange", ["mail.example.com", "*.example.org"]]);
    assert.equal(body.mostWaitingBytes, 2 * 1024 ** 3);

    // Somebody else is quicker.
    const headers = { "if-match": "*" };
    await root.call("PATCH", `mailboxes/${mailbox.id}`, { headers, body: { description: "theirs" } });
    await page.getByLabel("Name").fill("Contoso GmbH");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody else has changed this mailbox meanwhile").waitFor();
    assert.equal((await root.call("GET", `mailboxes/${mailbox.id}`)).body.name, "Contoso");
    await page.getByRole("button", { name: "Show what is there now" }).click();
    assert.equal(await page.getByLabel("Description").inputValue(), "theirs");
    assert.equal(await page.getByLabel("Name").inputValue(), "Contoso");
    await page.getByLabel("Name").fill("Contoso GmbH");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Contoso GmbH" }).waitFor();
    const saved = (await root.call("GET", `mailboxes/${mailbox.id}`)).body;
    assert.deepEqual([saved.name, saved.description], ["Contoso GmbH", "theirs"]);
  });

  test("suspended, a sender hears 450; activated, 250", async () => {
    await openSettings();
    await page.getByRole("button", { name: "Suspend" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("The one message that waits stays", { exact: false }).waitFor();
    await dialog.getByRole("button", { name: "Suspend" }).click();
    await page.getByText("The mailbox is suspended: senders", { exact: false }).waitFor();
    assert.equal(await offer(), 450);
    await page.getByRole("button", { name: "Activate" }).click();
    await page.getByText("The mailbox takes mail. A suspended", { exact: false }).waitFor();
    assert.equal(await offer(), 250);
  });

  test("a new password: shown and stored before it is asked for, and known whatever becomes of the answer", async () => {
    await openSettings();
    await page.getByRole("button", { name: "Change password" }).click();
    const dialog = page.getByRole("dialog");
    const shown = async (): Promise<string> => (await dialog.locator("dd code").allInnerTexts()).at(-1) ?? "";
    const change = dialog.getByRole("button", { name: "Change password" });
    await dialog.getByLabel("Old password").waitFor();
    const fresh = await shown();
    await dialog.getByLabel("Old password").fill("not the old one");
    assert.equal(await change.isDisabled(), true);
    await dialog.getByLabel("I have stored the password").check();
    await change.click();
    await dialog.getByText("The password does not open this mailbox.").waitFor();
    await dialog.getByText("Nothing is changed").waitFor();
    await (await pull(mailbox.password)).quit();

    // The change is made, and its answer is lost.
    await dialog.getByLabel("Old password").fill(mailbox.password);
    await page.route(
      "**/password",
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await change.click();
    await dialog.getByText("The old password is valid, or the new one already is").waitFor();
    assert.equal(await shown(), fresh);
    await assert.rejects(pull(mailbox.password));
    const pop3 = await pull(fresh);
    assert.match((await pop3.retrieve(1)).toString("latin1"), /Subject: first/);
    await pop3.quit();
    // A refusal says nothing about the request before.
    const problem = { type: "about:blank", title: "x", status: 429, code: "api/too-many" };
    await page.route("**/password", (route) => route.fulfill({ status: 429, json: problem }), { times: 1 });
    await change.click();
    await dialog.getByText("Too many attempts", { exact: false }).waitFor();
    await dialog.getByText("The old password is valid, or the new one already is").waitFor();
    await change.click();
    await page.getByText("The password is changed", { exact: false }).waitFor();
    await dialog.waitFor({ state: "detached" });
    assert.ok(!(await page.content()).includes(fresh));
    mailbox.password = fresh;
    await (await pull(fresh)).quit();
    await page.getByRole("button", { name: "Change password" }).click();
    await dialog.getByLabel("Old password").waitFor();
    assert.notEqual(await shown(), fresh);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await (await pull(fresh)).quit();
  });

  test("reset says how much is lost, and wants the name when it is something", async () => {
    await openSettings();
    await page.getByRole("button", { name: "Reset password" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("One waiting message", { exact: false }).waitFor();
    await dialog.getByRole("button", { name: "Reset password" }).click();
    await dialog.getByText("This is not the name yet.").waitFor();
    await dialog.getByLabel("Type “Contoso GmbH” to confirm").fill("Contoso GmbH");
    await dialog.getByRole("button", { name: "Reset password" }).click();
    await dialog.getByText("The password is shown this once").waitFor();
    mailbox.password = (await dialog.locator("dd code").allInnerTexts()).at(-1) ?? "";
    await dialog.getByLabel("I have stored the password").check();
    await dialog.getByRole("button", { name: "Done" }).click();
    await dialog.waitFor({ state: "detached" });
    const pop3 = await pull(mailbox.password);
    assert.match(await pop3.command("STAT"), /^0 0/);
    await pop3.quit();
  });

  test("the table finds, filters and follows what comes in", async () => {
    const root = await world.api.root();
    for (const name of ["Fabrikam", "Northwind"]) await root.call("POST", "mailboxes", { body: { name } });
    await page.goto("/mailboxes");
    const rows = page.locator("tbody tr");
    await page.getByRole("link", { name: "Northwind" }).waitFor();
    assert.equal(await rows.count(), 3);
    await page.getByRole("searchbox").fill("fabri");
    await page.getByRole("link", { name: "Northwind" }).waitFor({ state: "detached" });
    assert.equal(await rows.count(), 1);
    await page.getByRole("searchbox").fill(mailbox.address);
    await page.getByRole("link", { name: "Contoso GmbH" }).waitFor();
    await page.getByRole("searchbox").fill("nobody is called that");
    await page.getByText("No mailbox is like that").waitFor();
    await page.getByRole("searchbox").fill("");
    await page.getByLabel("State").selectOption("suspended");
    await page.getByText("No mailbox is like that").waitFor();
    await page.getByLabel("State").selectOption("");
    // Sorted by the gateway, in the address, with the keyboard as well.
    await page.getByRole("button", { name: "Name" }).press("Enter");
    await page.waitForURL(/sort=name/);
    await names(page, ["Contoso GmbH", "Fabrikam", "Northwind"]);
    await page.getByRole("button", { name: "Name" }).press("Enter");
    await page.waitForURL(/order=desc/);
    await names(page, ["Northwind", "Fabrikam", "Contoso GmbH"]);
    assert.equal(await page.locator("th", { hasText: "Name" }).getAttribute("aria-sort"), "descending");
    const waiting = rows.filter({ hasText: "Contoso" }).locator("td").nth(2);
    assert.equal(await waiting.innerText(), "0");
    await deliver("later");
    await waiting.locator(".mailbox-description").waitFor();
    assert.match(await waiting.innerText(), /^1\n/);
  });

  test("delete names what goes with it and wants the name; afterwards senders hear 550", async () => {
    await openSettings();
    await page.getByRole("button", { name: "Delete mailbox" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("One message", { exact: false }).waitFor();
    await dialog.getByLabel("Type “Contoso GmbH” to confirm").fill("Contoso");
    await dialog.getByRole("button", { name: "Delete mailbox" }).click();
    await dialog.getByText("This is not the name yet.").waitFor();
    await dialog.getByLabel("Type “Contoso GmbH” to confirm").fill("Contoso GmbH");
    await dialog.getByRole("button", { name: "Delete mailbox" }).click();
    await page.getByText("“Contoso GmbH” was deleted with one message").waitFor();
    await page.getByRole("heading", { name: "Mailboxes" }).waitFor();
    await page.getByRole("link", { name: "Contoso GmbH" }).waitFor({ state: "detached" });
    assert.equal(await offer(), 550);
  });

  test("nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });

  async function names(page: Page, wanted: readonly string[]): Promise<void> {
    await page.locator("tbody tr:first-child", { hasText: wanted[0] ?? "" }).waitFor();
    assert.deepEqual(await page.locator("tbody .mailbox-name").allInnerTexts(), wanted);
  }

  async function openSettings(): Promise<void> {
    await page.goto(`/mailboxes/${mailbox.id}/settings`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  }

  async function deliver(subject: string): Promise<void> {
    const smtp = await connect();
    const content = Buffer.from(`Subject: ${subject}\r\n\r\nx\r\n`);
    const reply = await smtp.deliver({ from: "sender@example.org", to: [mailbox.address], content });
    assert.equal(reply.code, 250, reply.text);
    await smtp.quit();
  }

  function connect(): Promise<SmtpClient> {
    const startTls = { rejectUnauthorized: false };
    return SmtpClient.open({ port: world.api.local.gateway.port("smtp"), startTls });
  }

  /** What a sender is told when it names the mailbox. */
  async function offer(): Promise<number> {
    const smtp = await connect();
    await smtp.command("MAIL FROM:<sender@example.org>");
    const { code } = await smtp.command(`RCPT TO:<${mailbox.address}>`);
    await smtp.quit();
    return code;
  }

  async function pull(password: string): Promise<Pop3Client> {
    return world.api.local.pop3({ ...mailbox, password });
  }
});
