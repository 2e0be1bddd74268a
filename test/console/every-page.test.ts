// SPDX-License-Identifier: Apache-2.0
/** What every page of the console must do, whichever it is about: the table of pages is walked in a real browser. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { consolePages } from "../support/console-pages.ts";
import { type SeededMailbox, seedMailboxes } from "../support/console-seed.ts";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

const views = [
  { what: "English, light, desktop", locale: "en-GB", colorScheme: "light", viewport: { width: 1280, height: 860 } },
  { what: "German, dark, phone", locale: "de-DE", colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

suite("every page", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let mailbox: SeededMailbox | undefined;
  before(async () => {
    world = await ConsoleWorld.start();
    [mailbox] = await seedMailboxes(world.api);
  });
  after(async () => world.stop());

  for (const { what, ...options } of views) {
    test(`${what}: axe finds nothing, nothing is wider than the screen, no text is missing`, async () => {
      const page = await world.person("root", "administrator", options);
      for (const { name, path } of consolePages()) {
        await page.goto(path.replace(":id", mailbox?.id ?? ""));
        await settled(page);
        assert.deepEqual(await accessibilityFaults(page), [], name);
        const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
        assert.ok(width <= options.viewport.width, `${name} is ${width} pixels wide`);
        // A text that is missing shows its key.
        const text = await page.locator("body").innerText();
        assert.doesNotMatch(text, /(?:^|\s)(?:pages|frame:|problems:|states|kinds)\.[a-z]/m, name);
        assert.match(await page.title(), /\S · Postern$/, name);
      }
      await page.context().close();
    });
  }

  test("nothing failed in the browser, no markup in a name ran, no request left the gateway", () => {
    assert.deepEqual(world.complaints, []);
  });
});

async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.locator('[aria-busy="true"], .loading').first().waitFor({ state: "detached" });
}
