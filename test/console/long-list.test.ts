// SPDX-License-Identifier: Apache-2.0
/** A list of hundreds of mailboxes in a real browser: it comes while somebody scrolls, and only what is near is in the page. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

const count = 320;
const nameOf = (index: number): string => `Customer ${String(index).padStart(4, "0")}`;

suite("a list of hundreds", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  before(async () => {
    world = await ConsoleWorld.start();
    page = await world.person("root", "administrator");
    const root = await world.api.root();
    for (let made = 0; made < count; made += 20) {
      const some = Array.from({ length: 20 }, (_, index) => ({ name: nameOf(made + index + 1) }));
      await Promise.all(some.map((body) => root.call("POST", "mailboxes", { body })));
    }
  });
  after(async () => world.stop());

  const link = (index: number) => page.getByRole("link", { name: nameOf(index), exact: true });
  const said = () => page.locator(".list-end [role=status]").innerText();
  const rowsInPage = () => page.locator("tbody tr:not(.table__away)").count();

  test("it says how many there are, and shows the first of them", async () => {
    await page.goto("/mailboxes?sort=name");
    await link(1).waitFor();
    assert.equal(await said(), `50 of ${count}`);
    assert.equal(await page.getByRole("table").getAttribute("aria-rowcount"), String(count + 1));
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("scrolled to the end, all have come, and those far above are not in the page", async () => {
    await scrollToEnd();
    await link(count).waitFor();
    assert.equal(await said(), `${count} of ${count}`);
    assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
    assert.equal(await link(1).count(), 0);
    assert.ok((await rowsInPage()) < count / 2, `${await rowsInPage()} rows`);
    // Its place in the whole list, for those who do not see it.
    const last = page.getByRole("row").filter({ has: link(count) });
    assert.equal(await last.getAttribute("aria-rowindex"), String(count + 1));
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("back at the top the first ones are there; what is on the screen does not move when more comes", async () => {
    await page.evaluate("scrollTo(0, 0)");
    await link(1).waitFor();
    const middle = Number(await page.evaluate("document.documentElement.scrollHeight / 2"));
    await page.evaluate(`scrollTo(0, ${middle})`);
    const seen = page.locator("tbody tr:not(.table__away) .mailbox-name").nth(20);
    await seen.waitFor();
    await quiet();
    const before = await seen.boundingBox();
    await quiet();
    assert.deepEqual(await seen.boundingBox(), before);
  });

  test("the keyboard walks through it: each name in turn, across what comes", async () => {
    await page.goto("/mailboxes?sort=name");
    await link(1).focus();
    for (let index = 2; index <= 70; index++) {
      await page.keyboard.press("Tab");
      if (index === 26) assert.match(await said(), / of 320$/);
      // What is focused is on the screen and is the next one, or what stands between two rows.
      assert.equal(await page.evaluate("document.activeElement.textContent"), nameOf(index));
    }
  });

  test("a search and an order begin at the top again", async () => {
    await page.goto("/mailboxes");
    await page.getByRole("searchbox").fill("customer 03");
    await page.getByText("21 of 21").waitFor();
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Name" }).click();
    await page.getByRole("button", { name: "Name" }).click();
    await link(count).waitFor();
    assert.equal(await page.locator("tbody .mailbox-name").first().innerText(), nameOf(count));
  });

  test("on a phone as well", async () => {
    const phone = await world.visitor({ locale: "de-DE", viewport: { width: 390, height: 844 } });
    await world.signIn(phone, "root");
    await phone.goto("/mailboxes?sort=name");
    await phone.getByText(`50 von ${count}`).waitFor();
    await scrollToEnd(phone);
    await phone.getByRole("link", { name: nameOf(count) }).waitFor();
    assert.ok((await phone.locator("tbody tr:not(.table__away)").count()) < count / 2);
    assert.deepEqual(await accessibilityFaults(phone), []);
    await phone.context().close();
  });

  test("nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });

  /** As somebody does who wants to see the last one: to what is the end now, until it is the end. */
  async function scrollToEnd(where: Page = page): Promise<void> {
    const whole = where.locator(".list-end", { hasText: new RegExp(`^${count}\\D+${count}$`) });
    // A page of fifty at a time: far more often than it takes, so that what never ends is a failure.
    for (let times = 0; times < 500 && (await whole.count()) === 0; times++) {
      await where.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
      await quiet(where);
    }
    await whole.waitFor();
    await where.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
  }

  /** Until the browser has drawn twice. */
  async function quiet(where: Page = page): Promise<void> {
    await where.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }
});
