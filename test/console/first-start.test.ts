// SPDX-License-Identifier: Apache-2.0
/** The console in a real browser: from the link of the first start to signing in again. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { goodPassword } from "../support/api-world.ts";
import { accessibilityFaults, ConsoleWorld, noConsole } from "../support/console-world.ts";

suite("the first start", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  before(async () => {
    world = await ConsoleWorld.start();
  });
  after(async () => world.stop());

  test("a link with another token makes nobody, and says so", async () => {
    const page = await world.visitor();
    await page.goto("/#set-up=wrongwrongwrongwrongwrongwrongwr");
    await page.getByLabel("Your name for signing in").fill("anna");
    await page.getByLabel("Password", { exact: true }).fill(goodPassword);
    await page.getByLabel("Password again").fill(goodPassword);
    await page.getByRole("button", { name: "Create the administrator" }).click();
    await page.getByText("This link is not valid any more").waitFor();
    assert.deepEqual(world.api.local.gateway.setUpToken?.length, 32);
  });

  test("the link makes the first administrator; errors stand at their fields; the token leaves the address", async () => {
    const page = await world.visitor();
    await page.goto(`/#set-up=${world.api.local.gateway.setUpToken}`);
    await page.getByRole("heading", { name: "Welcome to Postern" }).waitFor();
    assert.ok(!page.url().includes("set-up"));
    assert.deepEqual(await accessibilityFaults(page), []);
    const create = page.getByRole("button", { name: "Create the administrator" });
    await create.click();
    assert.equal(await page.getByText("Fill this in.").count(), 2);
    await page.getByLabel("Your name for signing in").fill("anna");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByLabel("Password again").fill("other");
    await page.getByText("The two passwords differ.").waitFor();
    await page.getByLabel("Password again").fill("short");
    await create.click();
    await page.getByText("This password is too weak", { exact: false }).waitFor();
    const described = await page.getByLabel("Password", { exact: true }).getAttribute("aria-invalid");
    assert.equal(described, "true");
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByLabel("Password", { exact: true }).fill(goodPassword);
    await page.getByLabel("Password again").fill(goodPassword);
    await create.click();
    await page.getByRole("heading", { name: "This is your gateway" }).waitFor();
    assert.equal(world.api.local.gateway.setUpToken, undefined);

    // Domain and certificate as they are.
    await page.getByText("…@journal.test").waitFor();
    await page.getByText(world.api.local.gateway.certificate.fingerprint).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByRole("button", { name: "Next" }).click();

    await page.getByRole("heading", { name: "Your first mailbox" }).waitFor();
    await page.getByLabel("Name").fill("First");
    await page.getByLabel("Mail comes from").selectOption({ label: "Google Workspace" });
    await page.getByRole("button", { name: "Create mailbox" }).click();
    await page.getByRole("heading", { name: "“First” is there" }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    const [, id = "", password = ""] = await page.locator("dd code").allInnerTexts();
    await page.getByLabel("I have stored the password").check();
    await page.getByRole("button", { name: "To the mailbox" }).click();
    await page.getByRole("heading", { level: 1, name: "First" }).waitFor();
    const pop3 = await world.api.local.pop3({ id, password, address: `${id}@journal.test` });
    assert.match(await pop3.command("STAT"), /^0 0/);
    await pop3.quit();
  });

  test("signing in: a wrong password is told, the wanted page is kept, signing out ends it", async () => {
    const page = await world.visitor();
    await page.goto("/mailboxes?from=link");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByLabel("Name").fill("anna");
    await page.getByLabel("Password").fill("not this one, surely");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The name or the password is wrong.").waitFor();
    await page.getByLabel("Password").fill(goodPassword);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Mailboxes" }).waitFor();
    assert.ok(page.url().endsWith("/mailboxes?from=link"));
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal((await page.request.get("/api/v1/mailboxes")).status(), 401);
  });

  test("nothing failed in the browser, and no request left the gateway", () => {
    assert.deepEqual(world.complaints, []);
  });
});
