// SPDX-License-Identifier: Apache-2.0

/**
 * The console on a slow processor: how long it takes in Chromium, slowed down four times, from an address to a page that can
 * be used, with nothing in the browser's cache and with everything in it.
 */
import { createHash, X509Certificate } from "node:crypto";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { chromiumProgram, quietBrowserFlags } from "../support/console-world.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import type { BenchRun, Figures } from "./bench-run.ts";
import { compare } from "./comparison.ts";
import { signInAdministrator, withProviderGateway } from "./provider-gateway.ts";

/** What browsers' own tools take for a phone of the middle class. */
const slowdown = 4;
const targetMs = 1000;
const mailboxes = 300;
const waiting = 3000;
const leastRounds = 5;
/** A browser keeps what it has made of a script from the second visit on. */
const visitsToWarm = 3;

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

export async function benchPages(run: BenchRun): Promise<void> {
  const [boxes, messages] = [Math.round(mailboxes * run.share), Math.round(waiting * run.share)];
  await withProviderGateway(run, { mailboxes: boxes, messages }, async ({ gateway, mailbox }) => {
    // Of a page whose certificate it does not trust, Chromium keeps nothing in its cache.
    const trusted = `--ignore-certificate-errors-spki-list=${await keyDigest(gateway)}`;
    const browser = await chromium.launch({ executablePath: chromiumProgram, args: [...quietBrowserFlags, trusted] });
    try {
      for (const page of pagesOf(mailbox)) await benchPage(run, { browser, gateway, boxes }, page);
    } finally {
      await browser.close();
    }
  });
}

interface Place {
  readonly browser: Browser;
  readonly gateway: GatewayProcess;
  readonly boxes: number;
}

async function benchPage(run: BenchRun, place: Place, page: Measured): Promise<void> {
  const again = await newBrowser(place, page);
  try {
    await compare(
      { ...run, rounds: Math.max(leastRounds, run.rounds) },
      {
        title: `${page.what}, usable after, in Chromium at a ${slowdown}th of its speed; ${place.boxes} mailboxes`,
        method:
          "From the address to the first frame in which all of the page is there: by a browser that has never been there, " +
          "and by one that has been there before. CPU is what the page's thread has worked until then.",
        columns: [
          { figure: "coldMs", heading: "never seen, ms", digits: 0 },
          { figure: "coldCpuMs", heading: "CPU ms", digits: 0 },
          { figure: "warmMs", heading: "seen before, ms", digits: 0 },
          { figure: "warmCpuMs", heading: "CPU ms", digits: 0 },
        ],
        goals: [
          { figure: "coldMs", atMost: targetMs },
          { figure: "warmMs", atMost: targetMs },
        ],
        warmUps: visitsToWarm,
      },
      [{ name: "Postern", measure: () => visitBothWays(place, page, again) }],
    );
  } finally {
    await again.close();
  }
}

async function visitBothWays(place: Place, page: Measured, again: BrowserContext): Promise<Figures> {
  const never = await newBrowser(place, page);
  try {
    const [cold, warm] = [await visitOnce(never, page), await visitOnce(again, page)];
    return { coldMs: cold.usableAtMs, coldCpuMs: cold.cpuMs, warmMs: warm.usableAtMs, warmCpuMs: warm.cpuMs };
  } finally {
    await never.close();
  }
}

/** Of the public key of the gateway's certificate, as Chromium wants it. */
async function keyDigest(gateway: GatewayProcess): Promise<string> {
  const { publicKey } = new X509Certificate(await gateway.certificate());
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}

interface Visit {
  readonly usableAtMs: number;
  /** What the page's thread has worked until then, slowdown included: it does not depend on who else uses the machine. */
  readonly cpuMs: number;
}

/** One that has never been anywhere. */
async function newBrowser({ browser, gateway }: Place, { signedIn }: Measured): Promise<BrowserContext> {
  const origin = `https://localhost:${gateway.ports.console}`;
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 390, height: 844 }, isMobile: true });
  if (signedIn) await takeSignIn(context, gateway, origin);
  return context;
}

/** Signs in outside the browser, so that nothing of the console is in its cache. */
async function takeSignIn(context: BrowserContext, gateway: GatewayProcess, origin: string): Promise<void> {
  const client = await signInAdministrator(gateway);
  const [, name, value] = /^([^=]+)=(.+)/.exec(client.headers["cookie"] ?? "") ?? [];
  if (name === undefined || value === undefined) throw new Error("no cookie at the sign-in");
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
