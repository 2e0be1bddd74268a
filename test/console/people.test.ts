// SPDX-License-Identifier: Apache-2.0
/** Who sees what, in which language, with which hands; and what names may not do. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { goodPassword } from "../support/api-world.ts";
import { seedMailboxes } from "../support/console-seed.ts";
import { ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

suite("people at the console", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let mailboxId: string;
  before(async () => {
    world = await ConsoleWorld.start();
    const seeded = await seedMailboxes(world.api);
    mailboxId = seeded[0]?.id ?? "";
  });
  after(async () => world.stop());

  test("an operator changes mailboxes; an auditor sees them and no button that changes one", async () => {
    const operator = await world.person("olga", "operator");
    await operator.goto("/mailboxes");
    await operator.getByRole("button", { name: "Create mailbox" }).waitFor();
    await operator.goto(`/mailboxes/${mailboxId}/settings`);
    await operator.getByRole("button", { name: "Delete mailbox" }).waitFor();

    const auditor = await world.person("axel", "auditor");
    await auditor.goto("/mailboxes");
    await auditor.getByRole("link", { name: "Contoso GmbH" }).waitFor();
    assert.equal(await auditor.getByRole("button", { name: "Create mailbox" }).count(), 0);
    await auditor.goto(`/mailboxes/${mailboxId}/settings`);
    await auditor.getByRole("heading", { name: "Settings" }).waitFor();
    for (const name of ["Save", "Suspend", "Change password", "Reset password", "Delete mailbox"])
      assert.equal(await auditor.getByRole("button", { name }).count(), 0, name);
    assert.equal(await auditor.locator("#content input, #content textarea").count(), 0);
    // The page is no guard: the gateway refuses as well.
    const refused = await auditor.request.delete(`/api/v1/mailboxes/${mailboxId}`);
    assert.equal(refused.status(), 403);
  });

  test("the language changes at once, without loading the page anew, and is kept", async () => {
    const page = await world.person("lena", "operator");
    await page.goto("/mailboxes");
    await page.getByRole("heading", { name: "Mailboxes" }).waitFor();
    let loads = 0;
    page.on("load", () => {
      loads += 1;
    });
    await page.getByRole("searchbox").fill("Fabrikam");
    await page.getByLabel("Language").selectOption("de");
    await page.getByRole("heading", { name: "Postfächer" }).waitFor();
    await page.getByRole("navigation", { name: "Hauptnavigation" }).waitFor();
    assert.equal(await page.getByRole("searchbox").inputValue(), "Fabrikam");
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    // Numbers and sizes by the language as well.
    assert.match(await page.locator("tbody tr").first().innerText(), /\d,\d kB/);
    assert.equal(loads, 0);
    await page.reload();
    await page.getByRole("heading", { name: "Postfächer" }).waitFor();
  });

  test("markup in names and descriptions is text", async () => {
    const page = await world.person("mara", "operator");
    await page.goto("/mailboxes");
    const evil = page.getByRole("link", { name: "<img src=x onerror=alert(1)>" });
    await evil.waitFor();
    let alerts = 0;
    page.on("dialog", (dialog) => {
      alerts += 1;
      void dialog.dismiss();
    });
    assert.equal(await page.locator("img[src=x], td script, th script").count(), 0);
    await evil.click();
    await page.getByRole("heading", { level: 1, name: "<img src=x onerror=alert(1)>" }).waitFor();
    assert.equal(await page.locator("img[src=x]").count(), 0);
    assert.equal(alerts, 0);
    // And if some code did write markup, the policy of the page would not take it (Trusted Types).
    const written = page.evaluate('document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=alert(1)>")');
    await assert.rejects(written, /TrustedHTML/);
    assert.equal(alerts, 0);
    world.complaints.splice(0, Number.POSITIVE_INFINITY);
  });

  test("a mailbox is made with the keyboard alone", async () => {
    const page = await world.person("kim", "operator");
    await page.goto("/mailboxes");
    await page.getByRole("heading", { name: "Mailboxes" }).waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Create mailbox");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, "Name");
    await page.keyboard.type("By keyboard");
    await tabTo(page, "Mail comes from");
    await page.keyboard.type("Postfix");
    await tabTo(page, "Create mailbox");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "“By keyboard” is there" }).waitFor();
    await tabTo(page, "I have stored the password");
    await page.keyboard.press("Space");
    await tabTo(page, "Done");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "By keyboard" }).waitFor();
    // A page that comes takes the focus, so that the keyboard goes on in it.
    assert.equal(await page.evaluate("document.activeElement.id"), "content");
  });

  test("a sign-in that ends elsewhere leads to the sign-in and back to the page", async () => {
    const page = await world.person("nina", "operator");
    await page.goto(`/mailboxes/${mailboxId}/settings`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const other = world.api.client();
    await other.signIn("nina", goodPassword);
    await other.call("DELETE", "account/sign-ins");
    await page.getByRole("button", { name: "Suspend" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.getByText("Your sign-in has ended.", { exact: false }).waitFor();
    await world.signIn(page, "nina");
    assert.ok(page.url().endsWith(`/mailboxes/${mailboxId}/settings`));
    assert.equal((await other.signIn("nina", goodPassword)).status, 200);
    assert.equal((await other.call("GET", `mailboxes/${mailboxId}`)).body.state, "active");
  });

  test("whoever leaves the console open is signed out after half an hour, although the pages go on asking", async () => {
    const page = await world.person("ole", "operator");
    await page.clock.install();
    await page.goto("/mailboxes");
    await page.getByRole("link", { name: "Contoso GmbH" }).waitFor();
    await page.clock.runFor("20:00");
    await page.keyboard.press("Shift");
    await page.clock.runFor("20:00");
    await page.getByRole("heading", { name: "Mailboxes" }).waitFor();
    await page.clock.runFor("11:00");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal((await page.request.get("/api/v1/mailboxes")).status(), 401);
  });

  test("a page that does not exist says so, and an address of another role as well", async () => {
    const page = await world.person("pia", "operator");
    await page.goto("/nowhere/at/all");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await page.goto("/mailboxes/mbx-00000000000000000000000000000000/settings");
    await page.getByText("This mailbox is not there any more.").waitFor();
  });

  test("nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });
});

/** What has the focus, by what it is called. */
async function focused(page: Page): Promise<string> {
  return String(
    await page.evaluate(`(() => {
      const { labels, ariaLabel, textContent } = document.activeElement;
      return (ariaLabel ?? labels?.[0]?.textContent ?? textContent).trim();
    })()`),
  );
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 25; presses++) {
    if ((await focused(page)).startsWith(name)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${name}`);
}
