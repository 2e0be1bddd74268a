// SPDX-License-Identifier: Apache-2.0
/** One's own account and other people's, in a real browser; and what a thief and another site get out of it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, suite, test } from "node:test";
import { goodPassword } from "../support/api-world.ts";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";
import { runProgram } from "../support/run-program.ts";

suite("accounts", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  before(async () => {
    world = await ConsoleWorld.start();
  });
  after(async () => world.stop());

  test("a token is made with one scope, works with curl as far as that goes, and not after it was revoked", async () => {
    const page = await world.person("toni", "operator");
    await page.goto("/account");
    await page.getByRole("button", { name: "New token" }).click();
    const dialog = page.locator(".dialog");
    await dialog.getByRole("button", { name: "Make the token" }).click();
    await dialog.getByText("Choose at least one.").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    // An operator hands out no more than an operator has.
    assert.equal(await dialog.getByRole("checkbox").count(), 4);
    await dialog.getByLabel("Name").fill("provisioning");
    await dialog.getByLabel("mailboxes:read").check();
    await dialog.getByLabel("It ends after").selectOption("30");
    await dialog.getByRole("button", { name: "Make the token" }).click();
    await dialog.getByText("This token is shown this once").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    const token = await dialog.locator("code").first().innerText();
    assert.match(token, /^postern_[\w-]{43}$/);
    await dialog.getByLabel("I have stored the token").check();
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByText("provisioning", { exact: true }).waitFor();

    const curl = async (path: string): Promise<string> => {
      const args = ["--silent", "--insecure", "--write-out", "%{http_code}", "--output", "/dev/null"];
      const header = `Authorization: Bearer ${token}`;
      return (
        await runProgram("curl", [...args, "--header", header, `${world.origin}/api/v1/${path}`])
      ).stdout.toString();
    };
    assert.deepEqual(
      [await curl("mailboxes"), await curl("status"), await curl("account/tokens")],
      ["200", "403", "403"],
    );
    await page.getByRole("button", { name: "Revoke provisioning" }).click();
    await page.locator(".dialog").getByRole("button", { name: "Revoke the token" }).click();
    await page.getByText("You have no tokens.").waitFor();
    assert.equal(await curl("mailboxes"), "401");
    await page.context().close();
  });

  test("a stolen cookie ends with Sign out everywhere and with a new password; no script can read it", async () => {
    const page = await world.person("vera", "operator");
    await page.goto("/account");
    assert.equal(await page.evaluate("document.cookie"), "");
    const steal = async (): Promise<Page> => {
      const thief = await world.visitor();
      await thief.context().addCookies(await page.context().cookies());
      await thief.goto("/mailboxes");
      await thief.getByRole("heading", { name: "Mailboxes" }).waitFor();
      return thief;
    };
    const first = await steal();
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.locator(".dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await first.goto("/mailboxes");
    await first.getByRole("heading", { name: "Sign in" }).waitFor();

    await world.signIn(page, "vera");
    const second = await steal();
    await page.getByRole("button", { name: "Change the password" }).click();
    const dialog = page.locator(".dialog");
    const change = dialog.getByRole("button", { name: "Change the password" });
    await change.click();
    assert.equal(await dialog.getByText("Fill this in.").count(), 2);
    await dialog.getByLabel("Old password").fill("not it");
    await dialog.getByLabel("New password", { exact: true }).fill(`${goodPassword} und tags`);
    await dialog.getByLabel("New password again").fill(`${goodPassword} und tags`);
    await change.click();
    await dialog.getByText("This is not your password.").waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await dialog.getByLabel("Old password").fill(goodPassword);
    await change.click();
    await page.getByText("Your password is changed.", { exact: false }).waitFor();
    await second.goto("/mailboxes");
    await second.getByRole("heading", { name: "Sign in" }).waitFor();
    await world.signIn(page, "vera", `${goodPassword} und tags`);
    for (const each of [first, second, page]) await each.context().close();
  });

  test("a page of another origin changes nothing, neither by script nor by a form", async () => {
    const page = await world.person("carl", "administrator");
    await page.goto("/account");
    const before = (await (await page.request.get("/api/v1/account/sign-ins")).json()).signIns.length;
    const evil = createServer((_request, response) => {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>evil</title>");
    });
    await new Promise<void>((resolve) => {
      evil.listen(0, "127.0.0.1", resolve);
    });
    try {
      const address = evil.address();
      assert.ok(typeof address === "object" && address !== null);
      await page.goto(`http://127.0.0.1:${address.port}/`);
      const asked = await page.evaluate(async (origin) => {
        const send = (path: string, init: RequestInit): Promise<string> =>
          fetch(`${origin}/api/v1/${path}`, { credentials: "include", mode: "no-cors", ...init }).then(
            (answer) => answer.type,
            () => "failed",
          );
        const body = JSON.stringify({ name: "evil", scopes: ["mailboxes:read"], expiresAt: "2027-01-01T00:00:00Z" });
        return Promise.all([
          send("account/tokens", { method: "POST", body }),
          send("account/sign-ins", { method: "DELETE", mode: "cors" }),
          send("account/tokens", {
            method: "POST",
            body,
            mode: "cors",
            headers: { "content-type": "application/json" },
          }),
        ]);
      }, world.origin);
      assert.deepEqual(asked, ["failed", "failed", "failed"]);
      // A form needs no script and asks nobody first: it goes there, and is refused.
      const [refused] = await Promise.all([
        page.waitForResponse(/account\/tokens$/),
        page.evaluate(`{
          const form = document.createElement("form");
          form.method = "post";
          form.enctype = "text/plain";
          form.action = "${world.origin}/api/v1/account/tokens";
          document.body.append(form);
          form.submit();
        }`),
      ]);
      assert.equal(refused.status(), 403);
      await page.waitForURL(/account\/tokens$/);
    } finally {
      evil.close();
    }
    await page.goto("/account");
    await page.getByText("You have no tokens.").waitFor();
    assert.equal((await (await page.request.get("/api/v1/account/sign-ins")).json()).signIns.length, before);
    await page.context().close();
  });

  test("an administrator makes, changes and removes people; an auditor sees them, an operator does not", async () => {
    const page = await world.person("root", "administrator");
    await page.goto("/administrators");
    await page.getByRole("button", { name: "New administrator" }).click();
    const dialog = page.locator(".dialog");
    const create = dialog.getByRole("button", { name: "New administrator" });
    await dialog.getByLabel("Name").fill("root");
    await dialog.getByLabel("First password").fill("short");
    await create.click();
    await dialog.getByText("There is one of this name already.").waitFor();
    await dialog.getByLabel("Name").fill("nora");
    await create.click();
    await dialog.getByText("This password is too weak", { exact: false }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await dialog.getByLabel("Role").selectOption("auditor");
    await dialog.getByLabel("First password").fill(goodPassword);
    await create.click();
    await page.getByRole("button", { name: "Role of nora" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "New password for root" }).count(), 0);

    const auditor = await world.visitor();
    await world.signIn(auditor, "nora");
    await auditor.goto("/administrators");
    await auditor.getByRole("rowheader", { name: "root" }).waitFor();
    assert.equal(await auditor.locator("#content button").count(), 0);
    await page.getByRole("button", { name: "Role of nora" }).click();
    await dialog.getByLabel("Role").selectOption("operator");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await auditor.goto("/administrators");
    await auditor.getByRole("heading", { name: "There is no such page" }).waitFor();

    await page.getByRole("button", { name: "New password for nora" }).click();
    await dialog.getByLabel("New password").fill(`${goodPassword} 2`);
    await dialog.getByRole("button", { name: "Set the password" }).click();
    await dialog.waitFor({ state: "detached" });
    await auditor.goto("/mailboxes");
    await auditor.getByRole("heading", { name: "Sign in" }).waitFor();

    await page.getByRole("button", { name: "Remove nora" }).click();
    const remove = dialog.getByRole("button", { name: "Remove", exact: true });
    await remove.click();
    await dialog.getByText("This is not the name yet.").waitFor();
    await dialog.getByLabel("nora").fill("nora");
    await remove.click();
    await page.getByRole("button", { name: "Role of nora" }).waitFor({ state: "detached" });
    for (const each of [auditor, page]) await each.context().close();
  });

  test("nothing was said to the log of the browser", () => {
    assert.deepEqual(
      world.complaints.filter((each) => !/127\.0\.0\.1:\d+|CORS/.test(each)),
      [],
    );
  });
});
