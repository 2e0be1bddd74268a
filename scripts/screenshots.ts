// SPDX-License-Identifier: Apache-2.0
/**
 * Pictures of every page of the console: in both languages, light and dark, on a desktop and on a phone.
 *
 *   node scripts/screenshots.ts [DIRECTORY] [--only=NAME,NAME] [--quick]
 *   node scripts/screenshots.ts --readme
 *
 * `--readme` makes those of the README instead, in docs/images.
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
  const id = mailbox?.id ?? "";
  if (args.includes("--readme")) await shootForReadme(id);
  for (const view of chosenViews()) {
    await visit(view, [["sign-in", "/"]]);
    await visit(
      view,
      consolePages().map(({ name, path }) => [name, path.replace(":id", id)] as const),
      id,
    );
  }
  for (const each of world.complaints) console.error(each);
} finally {
  await world.stop();
}

/** One window each, small enough for a page that is read elsewhere. */
async function shootForReadme(mailboxId: string): Promise<void> {
  const images = join(import.meta.dirname, "../docs/images");
  await mkdir(images, { recursive: true });
  const options = { colorScheme: "light", viewport: { width: 1280, height: 740 } } as const;
  const page = await world.person("root", "administrator", options);
  for (const [name, path] of [
    ["console-overview", "/"],
    ["console-mailboxes", "/mailboxes?state=active"],
    ["console-set-up", `/mailboxes/${mailboxId}/set-up`],
  ] as const) {
    await page.goto(path);
    await settled(page);
    // The choice of systems stands above; the steps are what it is about.
    if (name === "console-set-up") await page.mouse.wheel(0, 420);
    await page.screenshot({ path: join(images, `${name}.png`), animations: "disabled" });
  }
  await page.context().close();
}

function chosenViews(): readonly View[] {
  if (args.includes("--readme")) return [];
  return args.includes("--quick") ? quick : all;
}

/** With a mailbox: signed in. */
async function visit(view: View, pages: readonly (readonly [string, string])[], mailboxId?: string): Promise<void> {
  const wanted = pages.filter(([name]) => isWanted(name));
  const dialogs = mailboxId !== undefined && isWanted("dialogs");
  if (wanted.length === 0 && !dialogs) return;
  const options = {
    locale: view.language === "de" ? "de-DE" : "en-GB",
    colorScheme: view.theme,
    viewport: view.device === "phone" ? { width: 390, height: 844 } : { width: 1280, height: 860 },
  };
  const page =
    mailboxId === undefined ? await world.visitor(options) : await world.person("root", "administrator", options);
  const shoot = async (name: string): Promise<void> => {
    const path = join(directory, `${name}-${view.language}-${view.theme}-${view.device}.png`);
    // As high as its content, so that what sticks to the edges of the window is where it would be.
    const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
    await page.setViewportSize({ width: options.viewport.width, height: Math.max(height, options.viewport.height) });
    await page.screenshot({ path, animations: "disabled" });
    await page.setViewportSize(options.viewport);
    console.log(path);
  };
  for (const [name, path] of wanted) {
    await page.goto(path);
    await settled(page);
    await shoot(name);
  }
  if (dialogs) await shootDialogs(page, shoot, mailboxId);
  await page.context().close();
}

function isWanted(name: string): boolean {
  return only === undefined || only.includes(name);
}

/** Dialogs, opened by the place of their buttons: those are called something else in each language. */
async function shootDialogs(page: Page, shoot: (name: string) => Promise<void>, mailboxId: string): Promise<void> {
  for (const [name, button] of [
    ["dialog-suspend", 0],
    ["dialog-change-password", 1],
    ["dialog-reset-password", 2],
    ["dialog-delete", 3],
  ] as const) {
    await page.goto(`/mailboxes/${mailboxId}/settings`);
    await settled(page);
    await page.locator("section.card .row .button:not([type=submit])").nth(button).click();
    await page.locator(".dialog").waitFor();
    await shoot(name);
  }
  await page.goto("/mailboxes");
  await settled(page);
  await page.locator(".page-header__actions .button").click();
  await page.locator(".dialog input").fill("Tailspin Toys");
  await page.locator(".dialog select").selectOption("microsoft365");
  await shoot("dialog-create");
  await page.locator(".dialog button[type=submit]").click();
  await page.locator(".dialog code").first().waitFor();
  await shoot("dialog-password");
}

/** Nothing is on its way any more, as far as a page shows it. */
async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.locator('[aria-busy="true"], .loading').first().waitFor({ state: "detached" });
  await page.evaluate("document.fonts.ready");
}
