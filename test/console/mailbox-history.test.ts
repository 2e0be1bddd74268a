// SPDX-License-Identifier: Apache-2.0
/** What has happened to one mailbox, in a real browser: the bars of the chart, the ledger by kind, and why mail was refused. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

/** What is sent, and how much of it goes wrong or is taken away again. */
const [delivered, pulled] = [5, 2];
/** More of one cause would be written down together, some time later. */
const refused = 1;
const mistyped = "mbx-00000000000000000000000000000000";

suite("what happened to a mailbox", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  let id: string;
  let domain: string;
  before(async () => {
    world = await ConsoleWorld.start();
    page = await world.person("root", "administrator");
    const root = await world.api.root();
    const { body } = await root.call("POST", "mailboxes", { body: { name: "Contoso", requireTls: false } });
    id = body.id;
    domain = String(body.address).split("@")[1] ?? "";
    const smtp = await world.api.local.smtp();
    for (let nth = 0; nth < delivered; nth++) {
      const content = Buffer.from(`Subject: ${nth}\r\n\r\nx\r\n`);
      assert.equal((await smtp.deliver({ from: "a@sender.test", to: [body.address], content })).code, 250);
    }
    await smtp.quit();
    const pop3 = await world.api.local.pop3(body);
    for (let nth = 1; nth <= pulled; nth++) {
      await pop3.retrieve(nth);
      await pop3.command(`DELE ${nth}`);
    }
    await pop3.quit();
    // Refused by the mailbox itself while it is suspended, and once by nobody, since its address was mistyped.
    await root.call("PUT", `mailboxes/${id}/state`, { body: { state: "suspended" } });
    for (let nth = 0; nth < refused; nth++) await offer(body.address, 450);
    await root.call("PUT", `mailboxes/${id}/state`, { body: { state: "active" } });
    await offer(`${mistyped}@${domain}`, 550);
  });
  after(async () => world.stop());

  test("the last bars are as high as what was sent, pulled and refused; all others are empty", async () => {
    await page.goto(`/mailboxes/${id}`);
    // What was refused is written down a little later; the page follows.
    await page.getByText(`${pulled} pulled, ${refused} refused.`, { exact: false }).waitFor();
    await page.locator(".chart__bar").first().waitFor({ state: "attached" });
    const one = await pixelsOfOne();
    for (const [series, wanted] of [
      ["received", delivered],
      ["pulled", pulled],
      ["refused", refused],
    ] as const) {
      const heights = await page
        .locator(`.chart__picture .chart--${series} .chart__bar`)
        .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("height"))));
      assert.equal(heights.length, 24, series);
      // An hour may have ended while this ran: then the bar before the last has it.
      const values = heights.map((height) => Math.round((height / one) * 100) / 100);
      assert.deepEqual(
        values.filter((value) => value !== 0),
        [wanted],
        series,
      );
      assert.ok(values.slice(-2).includes(wanted), series);
    }
  });

  test("the ledger shows rows of one kind, and of all again", async () => {
    await page.goto(`/mailboxes/${id}/ledger`);
    const rows = page.locator("tbody tr");
    const { body } = await (await world.api.root()).call("GET", `mailboxes/${id}/ledger`);
    await rows.nth(body.entries.length - 1).waitFor();
    for (const [kind, text, count] of [
      ["accepted", "Received", delivered],
      ["pulled", "Pulled", pulled],
      ["suspended", "Mailbox suspended", 1],
    ] as const) {
      await page.getByLabel("Show").selectOption(kind);
      await page.locator('table[aria-busy="false"]').waitFor();
      await rows.nth(count).waitFor({ state: "detached" });
      const kinds = await rows.locator(".badge").allInnerTexts();
      assert.deepEqual(
        kinds,
        Array.from({ length: count }, () => text),
      );
    }
    await page.getByLabel("Show").selectOption("verdict-added");
    await page.getByText("Nothing of this kind has happened", { exact: false }).waitFor();
    await page.getByLabel("Show").selectOption("");
    await rows.nth(body.entries.length - 1).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("refusals of the mailbox name recipient, cause and reply; a mistyped address is found in the whole gateway", async () => {
    await page.goto(`/mailboxes/${id}/refusals`);
    const rows = page.locator("tbody tr");
    // While it loads, the table has rows without a text.
    await rows
      .filter({ hasText: id })
      .nth(refused - 1)
      .waitFor();
    assert.equal(await rows.count(), refused);
    const first = await rows.first().innerText();
    assert.match(first, new RegExp(`${id}@${domain}`));
    assert.match(first, /The mailbox is suspended/);
    assert.match(first, /450 4\.\d\.\d/);
    await page.getByLabel("Recipient").fill(mistyped.slice(0, 12));
    await page.getByText("No refusal is like that").waitFor();
    await page.getByRole("button", { name: "Look through the whole gateway" }).click();
    await page.getByText(`${mistyped}@${domain}`).waitFor();
    const lost = rows.filter({ hasText: mistyped });
    assert.match(await lost.innerText(), /There is no mailbox of this address/);
    assert.equal(await rows.count(), refused + 1);
    await page.getByLabel("Sending server").fill("192.0.2.");
    await page.getByText("No refusal is like that").waitFor();
    await page.getByLabel("Sending server").fill("127.0.0.1");
    await page.getByText(`${mistyped}@${domain}`).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });

  async function offer(recipient: string, wanted: number): Promise<void> {
    const smtp = await world.api.local.smtp();
    await smtp.command("EHLO client.test", 250);
    await smtp.command("MAIL FROM:<a@sender.test>", 250);
    await smtp.command(`RCPT TO:<${recipient}>`, wanted);
    await smtp.quit();
  }

  /** Of the axis that the page draws: from the place of zero to that of its highest number. */
  async function pixelsOfOne(): Promise<number> {
    const places = await page.locator(".chart__picture .chart__grid").evaluateAll((lines) =>
      lines.map((line) => ({
        at: Number(line.getAttribute("y1")),
        value: Number(line.nextElementSibling?.textContent),
      })),
    );
    const [zero, top] = [places.at(0), places.at(-1)];
    assert.equal(zero?.value, 0);
    assert.ok(top !== undefined && top.value >= delivered);
    return (zero.at - top.at) / top.value;
  }
});
