// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Role } from "../../src/admin/accounts/roles.ts";
import { ApiWorld, goodPassword } from "./api-world.ts";

/** Debian's. */
export const chromiumProgram = "/usr/bin/chromium";
/** Nothing of the browser's own business: no update, no guess, no call to its maker. */
export const quietBrowserFlags: readonly string[] = `--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
  --disable-background-networking --disable-component-update --disable-sync`.split(/\s+/);
const built = existsSync(join(import.meta.dirname, "../../dist/web/index.html"));

/** For the `skip` of a suite. In CI both must be there, and the tests fail without them. */
export const noConsole: string | false =
  process.env["CI"] === "true" || (existsSync(chromiumProgram) && built)
    ? false
    : built
      ? `${chromiumProgram} is not installed`
      : "the console is not built (npm run build:web)";

/** A gateway with its console, and a real browser in front of it. */
export class ConsoleWorld {
  readonly api: ApiWorld;
  readonly #browser: Browser;
  /** What pages said to the browser's log, and requests to elsewhere: a test asserts that there is nothing. */
  readonly complaints: string[] = [];

  private constructor(api: ApiWorld, browser: Browser) {
    this.api = api;
    this.#browser = browser;
  }

  static async start(...parameters: Parameters<typeof ApiWorld.start>): Promise<ConsoleWorld> {
    const api = await ApiWorld.start(...parameters);
    const browser = await chromium.launch({
      executablePath: chromiumProgram,
      args: [...quietBrowserFlags],
    });
    return new ConsoleWorld(api, browser);
  }

  get origin(): string {
    return `https://127.0.0.1:${this.api.local.gateway.port("console")}`;
  }

  /** A browser of its own, with nobody signed in. */
  async visitor(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: this.origin,
      locale: "en-GB",
      viewport: { width: 1280, height: 860 },
      ...options,
    });
    const page = await context.newPage();
    // Far beyond what anything takes: it only turns an endless wait into a failure with a name.
    page.setDefaultTimeout(60_000);
    page.on("console", (message) => {
      // A refused call is a line of the browser's own; what it means, the page shows.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    const own = options.baseURL ?? this.origin;
    page.on("request", (request) => {
      if (!request.url().startsWith(own) && !/^(?:data|blob):/.test(request.url()))
        this.complaints.push(`request to ${request.url()}`);
    });
    return page;
  }

  /** Somebody of a role, signed in through the page. The first administrator is `root`. */
  async person(name: string, role: Role, options: BrowserContextOptions = {}): Promise<Page> {
    if (role === "administrator" && name === "root") await this.api.root();
    else await this.api.person(name, role);
    const page = await this.visitor(options);
    await this.signIn(page, name);
    return page;
  }

  async signIn(page: Page, name: string, password: string = goodPassword): Promise<void> {
    if (page.url() === "about:blank") await page.goto("/");
    await page.locator("input[autocomplete=username]").fill(name);
    await page.locator("input[autocomplete=current-password]").fill(password);
    await page.locator("button[type=submit]").click();
    await page.locator("#content h1").first().waitFor();
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.api.stop();
  }
}

/** What axe finds on a page by the rules of WCAG 2.2 A and AA, a line each. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ""}`),
  );
}

export type { BrowserContext, Page };
