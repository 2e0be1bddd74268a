// SPDX-License-Identifier: Apache-2.0

/**
 * The console on a slow processor: how long it takes in Chromium, slowed down four times, from an address to a page that can
 * be used, with nothing in the browser's cache and with everything in it.
 */
import { createHash, X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { generateMailboxId } from "../../src/base/ids.ts";
import { ApiClient } from "../support/api-client.ts";
import { chromiumProgram, quietBrowserFlags } from "../support/console-world.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { deposit, rowOf, withStore } from "./fill.ts";
import { median, printTable, progress } from "./report.ts";

/** What browsers' own tools take for a phone of the middle class. */
const slowdown = 4;
const targetMs = 1000;
const mailboxes = 300;
const waiting = 3000;
const looks = 5;
/** A browser keeps what it has made of a script from the second visit on. */
const visitsToWarm = 3;
const password = "a password for the benchmark 4711";

interface Measured {
  readonly what: string;
  readonly path: string;
  /** All of these are there: it can be worked with. */
  readonly usable: readonly string[];
  readonly signedIn: boolean;
}

function pagesOf(mailbox: CreatedMailbox): readonly Measured[] {
  const form = ["input[autocomplete=username]:enabled", "button[type=submit]:enabled"];
  return [
    { what: "sign-in", path: "/", usable: form, signedIn: false },
    { what: "overview", path: "/overview", usable: [".verdict__title", ".figure__value"], signedIn: true },
    { what: "mailboxes", path: "/mailboxes", usable: ["tbody .mailbox-name", "search input:enabled"], signedIn: true },
    {
      what: "one mailbox",
      path: `/mailboxes/${mailbox.id}`,
      usable: [".mailbox-tabs__link", ".figure__value"],
      signedIn: true,
    },
    {
      what: "activity",
      path: "/activity",
      usable: ["[role=tab]:not([aria-disabled=true])", "table tbody tr:not([aria-hidden]), .empty"],
      signedIn: true,
    },
  ];
}

export async function benchPages(rounds: number): Promise<void> {
  const gateway = await GatewayProcess.start({ configuration: '[log]\nlevel = "warn"\n' });
  // Of a page whose certificate it does not trust, Chromium keeps nothing in its cache.
  const trusted = `--ignore-certificate-errors-spki-list=${await keyDigest(gateway)}`;
  const browser = await chromium.launch({ executablePath: chromiumProgram, args: [...quietBrowserFlags, trusted] });
  try {
    const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
    await gateway.stop();
    await fill(gateway, mailbox);
    await gateway.startAgain();
    await makeAdministrator(gateway);
    await benchAll(browser, gateway, pagesOf(mailbox), Math.max(looks, rounds));
  } finally {
    await browser.close();
    await gateway.remove();
  }
}

/** Of the public key of the gateway's certificate, as Chromium wants it. */
async function keyDigest(gateway: GatewayProcess): Promise<string> {
  const { publicKey } = new X509Certificate(await gateway.certificate());
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}

async function fill(gateway: GatewayProcess, mailbox: CreatedMailbox): Promise<void> {
  await withStore(gateway.dataDirectory, async (store) => {
    const template = rowOf(store, mailbox);
    const rows = Array.from({ length: mailboxes }, (_, index) => ({
      ...template,
      id: generateMailboxId(),
      name: `Customer ${index}`,
    }));
    await Promise.all(rows.map((row) => store.mailboxes.insert(row)));
    await deposit(store, [template, ...rows], waiting);
  });
}

async function makeAdministrator(gateway: GatewayProcess): Promise<void> {
  const file = join(gateway.directory, "administrator.password");
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  await gateway.command("admin", "create", "root", "--password-file", file);
}

async function benchAll(
  browser: Browser,
  gateway: GatewayProcess,
  pages: readonly Measured[],
  times: number,
): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const page of pages) {
    progress(page.what);
    const cold: Visit[] = [];
    for (let look = 0; look < times; look++) cold.push(...(await inNewBrowser(browser, gateway, page, 1)));
    const warm = (await inNewBrowser(browser, gateway, page, visitsToWarm + times)).slice(visitsToWarm);
    rows.push([page.what, ...judgedTimes(cold), ...judgedTimes(warm), loadavg()[0]?.toFixed(1) ?? ""]);
  }
  const heads = ["", "cold, median ms", "all", "CPU ms", "warm, median ms", "all", "CPU ms", "load"];
  printTable(`Usable after, Chromium at a ${slowdown}th of its speed (to reach: ${targetMs} ms)`, [heads, ...rows]);
}

interface Visit {
  readonly usableAtMs: number;
  /** What the page's thread has worked until then, slowdown included: it does not depend on who else uses the machine. */
  readonly cpuMs: number;
}

function judgedTimes(visits: readonly Visit[]): readonly string[] {
  const times = visits.map(({ usableAtMs }) => usableAtMs);
  const middle = median(times);
  const all = times.map((each) => each.toFixed(0)).join(" ");
  const cpu = median(visits.map(({ cpuMs }) => cpuMs));
  return [`${middle.toFixed(0)} (${middle <= targetMs ? "reached" : "missed"})`, all, cpu.toFixed(0)];
}

/** So many visits by a browser that has never been there. */
async function inNewBrowser(
  browser: Browser,
  gateway: GatewayProcess,
  measured: Measured,
  visits: number,
): Promise<readonly Visit[]> {
  const origin = `https://localhost:${gateway.ports.console}`;
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 390, height: 844 },
    isMobile: true,
  });
  try {
    if (measured.signedIn) await takeSignIn(context, gateway, origin);
    const taken: Visit[] = [];
    for (let visit = 0; visit < visits; visit++) taken.push(await visitOnce(context, measured));
    return taken;
  } finally {
    await context.close();
  }
}

/** Signs in outside the browser, so that nothing of the console is in its cache. */
async function takeSignIn(context: BrowserContext, gateway: GatewayProcess, origin: string): Promise<void> {
  const client = new ApiClient(gateway.ports.console);
  const { status } = await client.signIn("root", password);
  const [, name, value] = /^([^=]+)=(.+)/.exec(client.headers["cookie"] ?? "") ?? [];
  if (name === undefined || value === undefined) throw new Error(`no cookie at the sign-in: ${status}`);
  await context.addCookies([{ name, value, url: origin, secure: true, httpOnly: true, sameSite: "Strict" }]);
}

/** From the address to the first frame in which all is there, by the page's own clock. */
async function visitOnce(context: BrowserContext, { path, usable }: Measured): Promise<Visit> {
  const page = await context.newPage();
  try {
    const tools = await context.newCDPSession(page);
    await tools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await tools.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.addInitScript({ content: `(${watch})(${JSON.stringify(usable)})` });
    // Said by the page itself: whoever asks again and again slows it down.
    const said = page.waitForEvent("console", { predicate: (message) => message.text().startsWith(usableAt) });
    await page.goto(path, { waitUntil: "commit" });
    const usableAtMs = Number((await said).text().slice(usableAt.length));
    const { metrics } = await tools.send("Performance.getMetrics");
    const seconds = metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
    return { usableAtMs, cpuMs: seconds * 1000 };
  } finally {
    await page.close();
  }
}

/** What the page says when it can be used, and the time of it. */
const usableAt = "usable at ";

/** Runs in the page: writes down when the last of these was there, and a frame was shown with it. */
const watch = `(selectors) => {
  const look = () => {
    if (!selectors.every((each) => document.querySelector(each) !== null)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => console.debug("${usableAt}" + performance.now())));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, attributes: true });
}`;
