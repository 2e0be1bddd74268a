// SPDX-License-Identifier: Apache-2.0
/** The set-up sheets: as tables of values, and in a real browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { clientSettings, proxyAccount } from "../../src/cli/client-settings.ts";
import { parseLoginName } from "../../src/protocol/proxy-user-name.ts";
import { accountNames } from "../../web/src/pages/set-up-sheet/account-names.ts";
import type { SheetValues } from "../../web/src/pages/set-up-sheet/sheet.ts";
import { sheets } from "../../web/src/pages/set-up-sheet/sheets.ts";
import { seedMailboxes } from "../support/console-seed.ts";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";

const id = `mbx-${"0a".repeat(16)}`;
const values: SheetValues = {
  id,
  address: `${id}@archive.example.com`,
  domain: "archive.example.com",
  smtp: { host: "gateway.example.com", port: 2525 },
  pull: { host: "gateway.example.com", port: 9995, tls: "implicit" },
  submit: { host: "gateway.example.com", port: 4465, tls: "implicit" },
  fingerprint: "AA:BB",
};
const names = { incoming: `anna%mail.example.com%${id}`, outgoing: `anna%smtp.example.com%${id}` };

function stepsOf(sheet: (typeof sheets)[number]) {
  return sheet.group === "clients" ? sheet.steps(values, names) : sheet.steps(values);
}

test("every step, field and word of every sheet is there in both languages", () => {
  for (const language of ["en", "de"]) {
    const file = join(import.meta.dirname, `../../web/src/pages/set-up-sheet/texts.${language}.json`);
    const { systems, fields, words } = JSON.parse(readFileSync(file, "utf8"));
    for (const sheet of sheets) {
      const steps = stepsOf(sheet);
      assert.ok(steps.length > 1, sheet.system);
      assert.equal(new Set(steps.map(({ key }) => key)).size, steps.length);
      const told = systems[sheet.system];
      // Neither a step without words nor words without a step.
      assert.deepEqual(
        Object.keys(told).filter((key) => key !== "name" && !steps.some((step) => step.key === key)),
        [],
        sheet.system,
      );
      for (const { key, fields: rows = [] } of steps) {
        assert.match(told[key].title, /\S/);
        assert.match(told[key].text, /\S/);
        for (const { label, word } of rows) {
          assert.equal(typeof fields[label], "string", label);
          if (word !== undefined) assert.equal(typeof words[word], "string", word);
        }
      }
    }
  }
});

test("each sheet has the values that it is for, and none is left open", () => {
  for (const sheet of sheets) {
    const all = JSON.stringify(stepsOf(sheet));
    const wanted = {
      senders: [values.address],
      clients: ["gateway.example.com", "9995", "4465", names.incoming, names.outgoing],
      archives: [id],
    }[sheet.group];
    for (const each of wanted) assert.ok(all.includes(each), `${sheet.system}: ${each}`);
    assert.ok(!all.includes("undefined"), sheet.system);
  }
});

test("the form gives the names that the command line gives, and that the proxy reads", () => {
  const mailbox = { id, pull: [{ ...values.pull, host: "g", port: 1, tls: "implicit" as const }], submit: [] };
  for (const [user, server] of [
    ["anna@example.com", "mail.example.com"],
    ["web1%example.com", "Mail.Example.com:1995"],
    ["DOMAIN\\anna b", "192.0.2.25"],
    ["a:b", "[2001:DB8::25]:995"],
  ] as const) {
    const result = accountNames({ user, server, outgoing: "" }, id);
    assert.ok("names" in result, server);
    assert.equal(
      result.names.incoming,
      clientSettings(mailbox, proxyAccount([user, server])).incoming?.userName,
      server,
    );
    const read = parseLoginName(result.names.outgoing);
    assert.ok(read.kind === "proxy" && read.remoteUser === user && read.mailbox === id);
  }
  const umlaut = accountNames({ user: "a", server: "müller.example", outgoing: "smtp.example.com:587" }, id);
  // RFC 3492 by way of the browser.
  assert.deepEqual(umlaut, {
    names: { incoming: `a%xn--mller-kva.example%${id}`, outgoing: `a%smtp.example.com:587%${id}` },
  });
  for (const server of [
    "",
    "mail",
    "mail.example.com:0",
    "mail.example.com:65536",
    "a b.example",
    "a%b.example",
    "http://a.b",
  ]) {
    assert.deepEqual(
      accountNames({ user: "a", server, outgoing: "" }, id),
      { faults: { server: "serverWrong" } },
      server,
    );
  }
  assert.deepEqual(accountNames({ user: " ", server: "a.example", outgoing: "x" }, id), {
    faults: { user: "userNeeded", outgoing: "serverWrong" },
  });
});

suite("the sheets in a browser", { skip: noConsole }, () => {
  let world: ConsoleWorld;
  let page: Page;
  let mailbox: { readonly id: string; readonly address: string };
  before(async () => {
    world = await ConsoleWorld.start({
      "gateway.host_name": "gateway.example.com",
      "listen.submissions": ["127.0.0.1:0"],
    });
    [mailbox = { id: "", address: "" }] = await seedMailboxes(world.api);
    page = await world.person("root", "administrator");
  });
  after(async () => world.stop());

  const open = async (system: string): Promise<void> => {
    await page.goto(`/mailboxes/${mailbox.id}/set-up?system=${system}`);
    await page.locator(".sheet").first().waitFor();
  };

  test("what a sheet shows is what the API says", async () => {
    const root = await world.api.root();
    const { deliver, pull } = (await root.call("GET", `mailboxes/${mailbox.id}`)).body;
    await open("postfix");
    const shown = await page.locator(".sheet pre").allInnerTexts();
    assert.equal(shown[0], `always_bcc = ${mailbox.address}`);
    assert.ok(shown[2]?.includes(`[gateway.example.com]:${deliver[0].port}`));
    const { running } = (await root.call("GET", "status")).body;
    await page.getByText(running.certificateFingerprint).waitFor();
    await open("other-archive");
    const typed = await page.locator(".sheet .copy-value__text").allInnerTexts();
    assert.deepEqual(typed, ["POP3", pull[0].host, String(pull[0].port), "SSL/TLS", mailbox.id]);
  });

  test("a mailbox opens with the sheet of its purpose", async () => {
    const root = await world.api.root();
    for (const [purpose, system, group] of [
      ["postfix", "postfix", "Mail servers that send copies"],
      ["proxy", "outlook", "Mail clients, through the proxy"],
    ]) {
      const made = (await root.call("POST", "mailboxes", { body: { name: purpose, purpose } })).body;
      await page.goto(`/mailboxes/${made.id}/set-up`);
      await page.locator(`.sheet[data-system="${system}"]`).waitFor();
      assert.equal(await page.locator(".sheet").count(), 1);
      assert.equal(await page.locator(".systems__title").first().innerText(), group);
    }
  });

  test("a system is chosen by a link, and a copy button copies what stands beside it", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await open("microsoft365");
    await page.getByRole("link", { name: "hMailServer" }).click();
    await page.getByRole("heading", { level: 2, name: "hMailServer" }).waitFor();
    assert.ok(page.url().endsWith("?system=hmailserver"));
    await page.getByRole("button", { name: "Copy: Mirror e-mail address" }).click();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), mailbox.address);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("on a phone a list takes the place of the links", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open("postfix");
    assert.equal(await page.locator(".systems").isVisible(), false);
    await page.getByRole("combobox", { name: "Systems" }).selectOption({ label: "Piler" });
    await page.getByRole("heading", { level: 2, name: "Piler" }).waitFor();
    assert.ok(page.url().endsWith("?system=piler"));
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  test("the form turns account and server into the user name, everywhere on the sheet", async () => {
    await open("thunderbird");
    await page.getByLabel("User name at the real server").fill("anna@example.com");
    await page.getByLabel("Real server", { exact: true }).fill("nowhere");
    await page.getByText("That is no server", { exact: false }).waitFor();
    await page.getByLabel("Real server", { exact: true }).fill("mail.example.com");
    await page.getByLabel("Real server for sending", { exact: false }).fill("smtp.example.com:587");
    const texts = page.locator(".sheet .copy-value__text");
    await texts.filter({ hasText: `anna@example.com%mail.example.com%${mailbox.id}` }).waitFor();
    await texts.filter({ hasText: `anna@example.com%smtp.example.com:587%${mailbox.id}` }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("on paper there is one system a page, and nothing to press", async () => {
    await open("all");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".sheet").count(), sheets.length);
    assert.equal(await page.locator(".systems").isVisible(), false);
    assert.equal(await page.locator(".sheet .button").first().isVisible(), false);
    const style = 'getComputedStyle(document.querySelectorAll(".sheet")[1])';
    assert.equal(await page.evaluate(`${style}.breakBefore`), "page");
    const pdf = (await page.pdf()).toString("latin1");
    const pages = [...pdf.matchAll(/\/Type \/Page\b/g)].length;
    assert.ok(pages >= sheets.length, `${pages} pages`);
    await page.emulateMedia({ media: "screen" });
  });

  test("nothing failed in the browser, and no request left the gateway", () => {
    assert.deepEqual(world.complaints, []);
  });
});
