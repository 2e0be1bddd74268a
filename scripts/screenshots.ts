// SPDX-License-Identifier: Apache-2.0
/**
 * Pictures of every page of the console: in both languages, light and dark, on a desktop and on a phone.
 *
 *   node scripts/screenshots.ts [DIRECTORY] [--only=NAME,NAME] [--quick]
 *
 * `--quick` makes one light desktop and one dark phone instead of all eight.
 */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { consolePages } from "../test/support/console-pages.ts";
import { seedMailboxes } from "../test/support/console-seed.ts";
import { ConsoleWorld, type Page } from "../test/support/console-world.ts";

interface View {
  readonly language: "en" | "de";
  readonly theme: "light" | "dark";
  readonly device: "desktop" | "phone";
}

const all: readonly View[] = (["en", "de"] as const).flatMap((language) =>
  (["light", "dark"] as const).flatMap((theme) =>
    (["desktop", "phone"] as const).map((device) => ({ language, theme, device })),
  ),
);
const quick: readonly View[] = [
  { language: "en", theme: "light", device: "desktop" },
  { language: "de", theme: "dark", device: "phone" },
];

const args = process.argv.slice(2);
const directory = resolve(args.find((each) => !each.startsWith("--")) ?? "web-screenshots");
const only = args
  .find((each) => each.startsWith("--only="))
  ?.slice("--only=".length)
  .split(",");

const world = await ConsoleWorld.start();
try {
  await mkdir(directory, { recursive: true });
  const setUpToken = world.api.local.gateway.setUpToken ?? "";
  for (const view of chosenViews()) await visit(view, [["first-start", `/#set-up=${setUpToken}`]]);
  const [mailbox] = await seedMailboxes(world.api);
  for (const view of chosenViews()) {
    await visit(view, [["sign-in", "/"]]);
    const pages = consolePages().map(({ name, path }) => [name, path.replace(":id", mailbox?.id ?? "")] as const);
    await visit(view, pages, true);
  }
  for (const each of world.complaints) console.error(each);
} finally {
  await world.stop();
}

function chosenViews(): readonly View[] {
  return args.includes("--quick") ? quick : all;
}

async function visit(view: View, pages: readonly (readonly [string, string])[], signedIn = false): Promise<void> {
  const wanted = pages.filter(([name]) => only === undefined || only.includes(name));
  if (wanted.length === 0) return;
  const options = {
    locale: view.language === "de" ? "de-DE" : "en-GB",
    colorScheme: view.theme,
    viewport: view.device === "phone" ? { width: 390, height: 844 } : { width: 1280, height: 860 },
  };
  const page = signedIn ? await world.person("root", "administrator", options) : await world.visitor(options);
  for (const [name, path] of wanted) {
    await page.goto(path);
    await settled(page);
    const file = join(directory, `${name}-${view.language}-${view.theme}-${view.device}.png`);
    // As high as its content, so that what sticks to the edges of the window is where it would be.
    const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
    await page.setViewportSize({ width: options.viewport.width, height: Math.max(height, options.viewport.height) });
    await page.screenshot({ path: file, fullPage: true });
    await page.setViewportSize(options.viewport);
    console.log(file);
  }
  await page.context().close();
}

/** Nothing is on its way any more, as far as a page shows it. */
async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.locator('[aria-busy="true"], .loading').first().waitFor({ state: "detached" });
  await page.evaluate("document.fonts.ready");
}
