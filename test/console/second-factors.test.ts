// SPDX-License-Identifier: Apache-2.0
/** Second factors in a real browser: the picture, the codes, a passkey of Chromium's virtual authenticator. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { decodeQR } from "qr/decode.js";
import type { ApiClient } from "../support/api-client.ts";
import { goodPassword } from "../support/api-world.ts";
import { authenticatorCode } from "../support/authenticator.ts";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

suite("second factors", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  before(async () => {
    world = await ConsoleWorld.start();
  });
  after(async () => world.stop());

  async function passwordStep(page: Page, name: string): Promise<void> {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(goodPassword);
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  async function signOut(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  }

  test("an app is added by its picture; from then on a code is wanted; a recovery code works once", async () => {
    const page = await world.person("tina", "operator");
    await page.goto("/account");
    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Your password").fill("not it");
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText("This is not your password.").waitFor();
    await dialog.getByLabel("Your password").fill(goodPassword);
    await dialog.getByRole("button", { name: "Next" }).click();
    const picture = dialog.getByRole("img", { name: "QR code for the authenticator app" });
    await picture.waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    const secret = await dialog.locator("code").innerText();
    // A reader of pictures finds in it what the app is to know.
    const uri = new URL(decodeQR(await pixelsOf(picture)));
    assert.equal(uri.searchParams.get("secret"), secret.replaceAll(" ", ""));
    assert.equal(decodeURIComponent(uri.pathname).split(":")[1], "tina");

    await dialog.getByLabel("First code").fill("000000x");
    await dialog.getByRole("button", { name: "Turn it on" }).click();
    await dialog.getByText("The code does not fit, or not any more.").waitFor();
    await dialog.getByLabel("First code").fill(authenticatorCode(secret));
    await dialog.getByRole("button", { name: "Turn it on" }).click();
    await dialog.getByText("These codes are shown this once").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    const codes = await dialog.locator("li code").allInnerTexts();
    assert.equal(codes.length, 10);
    const done = dialog.getByRole("button", { name: "Done" });
    assert.equal(await done.isDisabled(), true);
    await page.keyboard.press("Escape");
    assert.equal(await dialog.isVisible(), true);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Save as a file" }).click(),
    ]);
    assert.equal(file.suggestedFilename(), "postern-recovery-codes.txt");
    await dialog.getByLabel("I have stored the codes").check();
    await done.click();
    await page.getByText("10 recovery codes are left.").waitFor();
    await signOut(page);

    await passwordStep(page, "tina");
    await page.getByLabel("Code from your app").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    // The password alone opened nothing.
    assert.equal((await page.request.get("/api/v1/sign-in")).status(), 401);
    await page.getByLabel("Code from your app").fill("000000x");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("This code does not fit", { exact: false }).waitFor();
    await page.getByLabel("Code from your app").fill(authenticatorCode(secret, 1));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "My account" }).waitFor();
    await signOut(page);

    for (const opens of [true, false]) {
      await passwordStep(page, "tina");
      await page.getByRole("button", { name: "Use a recovery code" }).click();
      await page.getByLabel("Recovery code").fill(codes[0] ?? "");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      if (!opens) break;
      await page.getByText("9 recovery codes are left.").waitFor();
      await signOut(page);
    }
    await page.getByText("This is none of your codes", { exact: false }).waitFor();
    await page.context().close();
  });

  test("a passkey is made at the name of the gateway, opens the console there, and can be removed", async () => {
    const baseURL = `https://localhost:${world.api.local.gateway.port("console")}`;
    await world.api.person("pam", "auditor");
    const page = await world.visitor({ baseURL });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto("/account");
    await passwordStep(page, "pam");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What you call it").fill("Laptop");
    await dialog.getByLabel("Your password").fill(goodPassword);
    assert.deepEqual(await accessibilityFaults(page), []);
    await dialog.getByRole("button", { name: "Make the passkey" }).click();
    await dialog.getByLabel("I have stored the codes").check();
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByText("Laptop", { exact: true }).waitFor();
    await signOut(page);

    await passwordStep(page, "pam");
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByRole("heading", { name: "My account" }).waitFor();
    const { entries } = (await (await world.api.root()).call("GET", "audit?actor=pam&limit=1")).body;
    assert.deepEqual(entries[0].after, { secondFactor: "passkey" });

    await page.getByRole("button", { name: "Remove Laptop" }).click();
    await dialog.getByLabel("Your password").fill(goodPassword);
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText("Off", { exact: true }).waitFor();
    await signOut(page);
    await passwordStep(page, "pam");
    await page.getByRole("heading", { name: "My account" }).waitFor();
    await page.context().close();
  });

  test("whoever takes too long begins with the password again", async () => {
    const page = await world.visitor();
    await page.route("**/api/v1/sign-in/second-factor", (route) =>
      route.fulfill({
        status: 409,
        contentType: "application/problem+json",
        body: JSON.stringify({ type: "x", title: "x", status: 409, code: "api/ticket-ended" }),
      }),
    );
    await page.goto("/");
    await passwordStep(page, "tina");
    await page.getByLabel("Code from your app").fill("123456");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Begin with the password again", { exact: false }).waitFor();
    await page.getByLabel("Password").waitFor();
    await page.context().close();
  });

  test("nothing was said to the log of the browser", () => {
    assert.deepEqual(world.complaints, []);
  });
});

/** A picture on the page as a decoder takes it. */
async function pixelsOf(
  picture: ReturnType<Page["getByRole"]>,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  const scale = 8;
  const { size, path } = await picture.evaluate((svg) => ({
    size: Number(svg.getAttribute("viewBox")?.split(" ")[2]),
    path: svg.querySelector("path")?.getAttribute("d") ?? "",
  }));
  const width = size * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x = "", y = ""] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < scale; row++) {
      const start = ((Number(y) * scale + row) * width + Number(x) * scale) * 4;
      for (let column = 0; column < scale; column++) data.fill(0, start + column * 4, start + column * 4 + 3);
    }
  }
  return { width, height: width, data };
}

suite("a gateway that wants second factors", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  before(async () => {
    world = await ConsoleWorld.start();
  });
  after(async () => world.stop());

  let root: ApiClient;
  before(async () => {
    // Made before the setting is on: the first administrator has no second factor.
    root = await world.api.program("settings:write");
    await world.api.person("otto", "auditor");
  });

  const setPolicy = async (wanted: boolean): Promise<void> => {
    const settings = { "console.require_second_factor": wanted };
    const { status } = await root.call("PATCH", "settings", { headers: { "if-match": "*" }, body: { settings } });
    assert.equal(status, 200);
  };

  test("the account is all there is, from the moment on, until a factor was added; then everything", async () => {
    const page = await world.person("olga", "operator");
    await page.goto("/mailboxes");
    await page.getByRole("heading", { name: "Mailboxes", level: 1 }).waitFor();
    await setPolicy(true);
    // The open page hears of it with its next question.
    await page.getByRole("heading", { name: "My account" }).waitFor();
    await page.getByText("This gateway wants a second factor of everybody", { exact: false }).waitFor();
    assert.equal(await page.getByRole("navigation").first().getByRole("link").count(), 1);
    assert.equal(await page.getByRole("button", { name: "New token" }).count(), 0);
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.goto("/mailboxes");
    await page.getByRole("heading", { name: "My account" }).waitFor();

    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Your password").fill(goodPassword);
    await dialog.getByRole("button", { name: "Next" }).click();
    const secret = await dialog.locator("code").innerText();
    await dialog.getByLabel("First code").fill(authenticatorCode(secret));
    await dialog.getByRole("button", { name: "Turn it on" }).click();
    // The codes stay while the rest of the console opens behind them.
    await dialog.getByText("These codes are shown this once").waitFor();
    await dialog.getByLabel("I have stored the codes").check();
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByRole("link", { name: "Mailboxes" }).click();
    await page.getByRole("heading", { name: "Mailboxes", level: 1 }).waitFor();
    await page.context().close();
  });

  test("in German, on a phone, in the dark; and it ends with the setting", async () => {
    const viewport = { width: 390, height: 844 };
    const page = await world.visitor({ locale: "de-DE", colorScheme: "dark", viewport });
    await world.signIn(page, "otto");
    await page.getByText("Dieses Gateway verlangt von allen einen zweiten Faktor", { exact: false }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await setPolicy(false);
    await page.goto("/mailboxes");
    await page.getByRole("heading", { name: "Postfächer", level: 1 }).waitFor();
    await page.context().close();
  });

  test("nothing failed in the browser", () => {
    assert.deepEqual(world.complaints, []);
  });
});
