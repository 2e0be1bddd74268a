// SPDX-License-Identifier: Apache-2.0
/** Notices in the console: set up, tried, and what is said when they do not arrive. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";
import { FakeAuthority } from "../support/fake-certificates.ts";
import { WebhookReceiver } from "../support/notice-receivers.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

suite("notices", { skip: noConsole }, () => {
  let directory: string;
  let receiver: WebhookReceiver;
  let world: ConsoleWorld;
  let page: Page;
  before(async () => {
    directory = await temporaryDirectory("notices");
    const authority = await FakeAuthority.create();
    const caFile = join(directory, "ca.pem");
    await writeFile(caFile, authority.pem);
    receiver = await WebhookReceiver.start(await authority.issue(["127.0.0.1"]));
    world = await ConsoleWorld.start({}, { configuration: `[notify]\nca_file = ${JSON.stringify(caFile)}\n` });
    page = await world.person("root", "administrator");
    await page.goto("/settings");
  });
  after(async () => {
    await world.stop();
    receiver.stop();
    await removeDirectory(directory);
  });

  const card = () => page.getByRole("region", { name: "Notices", exact: true });

  test("nothing is set up: it says what to do, and offers no test", async () => {
    await card().getByText("Neither e-mail nor a webhook is set up", { exact: false }).waitFor();
    assert.equal(await card().getByRole("button", { name: /test/ }).count(), 0);
    assert.equal(await card().getByLabel("File with the password").count(), 0, "no path is asked for");
  });

  test("a webhook is set up, tried, and the reply is shown", async () => {
    await card().getByLabel("Webhook", { exact: true }).fill(`https://127.0.0.1:${receiver.port}/`);
    await card().getByRole("button", { name: "Save" }).click();
    const button = card().getByRole("button", { name: "Call the webhook with a test" });
    await button.click();
    await card().getByText("The test notice was delivered").waitFor();
    await card().getByText("HTTP status 204").waitFor();
    await card()
      .getByText(/^Webhook: last delivered/)
      .waitFor();
    assert.equal(receiver.requests.length, 1);
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  test("a refusal is said with its reason, here and on the overview, from where a link leads back", async () => {
    receiver.status = 410;
    await card().getByRole("button", { name: "Call the webhook with a test" }).click();
    await card().getByText("The test notice was refused").waitFor();
    await card().getByText("Webhook: notices do not arrive").waitFor();
    await page.goto("/overview");
    await page.getByText("Notices by webhook do not arrive").waitFor();
    await page.getByRole("link", { name: "Open the settings" }).click();
    await card().waitFor();
    receiver.status = 204;
  });

  test("a webhook can be taken away by an empty field", async () => {
    await card().getByLabel("Webhook", { exact: true }).fill("");
    await card().getByRole("button", { name: "Save" }).click();
    await card().getByText("Neither e-mail nor a webhook is set up", { exact: false }).waitFor();
  });

  test("an auditor sees how it is set up and sends nothing", async () => {
    const auditor = await world.person("auditor", "auditor");
    await auditor.goto("/settings");
    const seen = auditor.getByRole("region", { name: "Notices", exact: true });
    await seen.getByText("notify.webhook_url", { exact: true }).waitFor();
    assert.equal(await seen.getByRole("button").count(), 0);
    assert.deepEqual(world.complaints, []);
  });
});
