// SPDX-License-Identifier: Apache-2.0
/** The page Activity in a real browser: real refusals, hostile names among them, live sessions, and live events. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

const markup = "<img/src=x/onerror=alert(1)>";

suite("activity", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  before(async () => {
    world = await ConsoleWorld.start();
    page = await world.person("root", "administrator");
  });
  after(async () => world.stop());

  const refuse = async (recipient: string) => {
    const client = await world.api.local.smtp();
    await client.command(`EHLO ${markup}`, 250);
    await client.command("MAIL FROM:<a@sender.test>", 250);
    await client.command(`RCPT TO:<${recipient}>`, 550);
    return client;
  };

  test("before anything was refused it says so, and where to look instead", async () => {
    await page.goto("/activity");
    await page.getByText("Nothing was refused").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("a hostile name and recipient are text, beside the cause in words and the reply", async () => {
    (await refuse('"<img src=x onerror=alert(1)>"@elsewhere.test')).peer.destroy();
    (await refuse("other@journal.test")).peer.destroy();
    await page.reload();
    const row = page.getByRole("row", { name: /relay-denied/ });
    await row.getByText('"<img src=x onerror=alert(1)>"@elsewhere.test').waitFor();
    await row.getByText(`calls itself ${markup}`).waitFor();
    await row.getByText("The domain is not one of this gateway.", { exact: false }).waitFor();
    await row.getByText("550 5.7.1", { exact: false }).waitFor();
    assert.equal(await page.locator("#content img").count(), 0);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("the search finds by recipient, and says when nothing fits", async () => {
    await page.getByLabel("Recipient").fill("other@");
    await page.getByRole("row", { name: /relay-denied/ }).waitFor({ state: "detached" });
    await page.getByRole("row", { name: /unknown-mailbox/ }).waitFor();
    await page.getByLabel("Recipient").fill("nobody wrote to this");
    await page.getByText("Nothing fits the search").waitFor();
  });

  test("a session is shown while it lasts", async () => {
    const client = await refuse("again@journal.test");
    await page.getByRole("tab", { name: "Connected now" }).click();
    await page.getByRole("row", { name: /127\.0\.0\.1/ }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    client.peer.destroy();
    await page.getByText("Nobody is connected").waitFor();
  });

  test("an event appears without loading the page again; a pause holds the list still", async () => {
    await page.getByRole("tab", { name: "Live events" }).click();
    // A connection that the browser opened ahead and gave up is an event, too.
    await page.getByRole("button", { name: "Empty the list" }).click();
    await page.getByText("Nothing has happened yet").waitFor();
    const root = await world.api.root();
    // Whether the stream is open already is not to be seen: until the first event is.
    const shown = page.getByRole("row", { name: /mailbox\/changed/ });
    while ((await shown.count()) === 0) await root.call("POST", "mailboxes", { body: { name: "Watched" } });
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByRole("button", { name: "Pause" }).click();
    const held = await shown.count();
    await root.call("POST", "mailboxes", { body: { name: "Meanwhile" } });
    await page.getByRole("button", { name: /Go on \([1-9]/ }).waitFor();
    assert.equal(await shown.count(), held);
    await page.getByRole("button", { name: /Go on/ }).click();
    await page.getByLabel("Level").selectOption("error");
    await page.getByText("Nothing fits the search").waitFor();
  });

  test("nothing ran, nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });
});
