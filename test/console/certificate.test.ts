// SPDX-License-Identifier: Apache-2.0
/** The certificate in the console: uploaded, refused, and asked for at an authority. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { connect } from "node:tls";
import { accessibilityFaults, ConsoleWorld, noConsole, type Page } from "../support/console-world.ts";
import { FakeAuthority, type FakeCertificate, selfSigned } from "../support/fake-certificates.ts";
import { Pebble } from "../support/pebble.ts";
import { skipWithoutPeers } from "../support/peers.ts";

suite("the certificate", { skip: noConsole }, () => {
  const noPebble = skipWithoutPeers(["pebble", "pebble-challtestsrv"]);
  let world: ConsoleWorld;
  let page: Page;
  let pebble: Pebble | undefined;
  let good: FakeCertificate;
  let authority: FakeAuthority;
  before(async () => {
    authority = await FakeAuthority.create();
    good = await authority.issue(["mail.upload.test", "localhost"]);
    pebble = noPebble === false ? await Pebble.start() : undefined;
    const configuration =
      pebble === undefined
        ? ""
        : `
[acme]
ca_file = ${JSON.stringify(pebble.caFile)}
http_listen = ["127.0.0.1:${pebble.httpPort}"]
`;
    world = await ConsoleWorld.start({}, { configuration });
    page = await world.person("root", "administrator");
    await page.goto("/certificate");
  });
  after(async () => {
    await world.stop();
    await pebble?.stop();
  });

  /** What a stranger sees. */
  async function shownNames(): Promise<string> {
    const port = world.api.local.gateway.port("pop3s");
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    return subjectaltname ?? "";
  }

  test("what is shown now, and that nobody vouches for it", async () => {
    await page.getByText("Nobody vouches for this certificate").waitFor();
    const { fingerprint } = world.api.local.gateway.certificate;
    await page.getByText(fingerprint).waitFor();
  });

  test("an own one: from a file and pasted; what is wrong stands at its field; the key does not stay on the page", async () => {
    await page.getByRole("tab", { name: "Own" }).click();
    const use = page.getByRole("button", { name: "Use this certificate" });
    await use.click();
    assert.equal(await page.getByText("Fill this in.").count(), 2);
    const file = join(world.api.directory, "chain.pem");
    await writeFile(file, good.pem + authority.pem);
    await page.getByLabel("Choose a file (Certificate and chain (PEM))").setInputFiles(file);
    const key = page.getByRole("textbox", { name: "Private key (PEM)" });
    await key.fill((await selfSigned("other.test")).key);
    await use.click();
    await page.getByText("the key does not belong to this certificate").waitFor();
    assert.equal(await key.getAttribute("aria-invalid"), "true");
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.doesNotMatch(await shownNames(), /upload/);
    await key.fill(good.key);
    await use.click();
    await page.getByText("The new certificate is in use").waitFor();
    await page.getByText("mail.upload.test, localhost").waitFor();
    assert.match(await shownNames(), /DNS:mail\.upload\.test/);
    assert.equal(await key.inputValue(), "");
  });

  test("automatic: the terms first, then a real certificate of an authority", { skip: noPebble }, async () => {
    await page.getByRole("tab", { name: "Automatic" }).click();
    await page.getByLabel("Names in the certificate").fill("mail.postern.test\narchive.postern.test");
    await page.getByLabel("Authority", { exact: true }).selectOption("Another one");
    await page.getByLabel("Address of its ACME directory").fill(pebble?.directoryUrl ?? "");
    await page.getByRole("button", { name: "Get the certificate" }).click();
    await page.getByText("nothing before its terms are agreed to").waitFor();
    await page.getByLabel("I agree", { exact: false }).check();
    await page.getByRole("button", { name: "Get the certificate" }).click();
    await page.getByText("Issued", { exact: true }).waitFor();
    await page
      .getByText("archive.postern.test, mail.postern.test")
      .or(page.getByText("mail.postern.test, archive.postern.test"))
      .first()
      .waitFor();
    assert.match(await shownNames(), /DNS:mail\.postern\.test/);
  });

  test("renewed by hand, though it is not time: another one is shown, without loading the page again", {
    skip: noPebble,
  }, async () => {
    const fingerprint = async () => (await (await world.api.root()).call("GET", "certificate")).body.fingerprint;
    const old = await fingerprint();
    await page.getByText(old).first().waitFor();
    await page.getByText("Another certificate is issued now", { exact: false }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByRole("button", { name: "Renew now" }).click();
    await page.getByText("The certificate is being renewed").waitFor();
    await page.getByText(old).first().waitFor({ state: "detached" });
    assert.notEqual(await fingerprint(), old);
    await page
      .getByText(await fingerprint())
      .first()
      .waitFor();
  });

  test("an authority that is away: what happened and what to do, in words; the certificate stays", {
    skip: noPebble,
  }, async () => {
    await page.getByLabel("Address of its ACME directory").fill("https://localhost:1/dir");
    await page.getByRole("button", { name: "Get the certificate" }).click();
    await page.getByText("The gateway cannot reach the authority.", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Try again now" }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.match(await shownNames(), /DNS:mail\.postern\.test/);
    await page.goto("/");
    await page.getByText("The certificate could not be renewed").waitFor();
    await page.getByRole("link", { name: "Open the certificate" }).click();
    await page.getByText("The certificate in use").waitFor();
  });

  test("back to the self-signed one, after a question; an auditor is shown no form", async () => {
    await page.getByRole("tab", { name: "Self-signed" }).click();
    await page.getByRole("button", { name: "Use the self-signed certificate" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Use the self-signed certificate" }).click();
    await page.getByText("The self-signed certificate is in use.", { exact: false }).waitFor();
    assert.match(await shownNames(), /DNS:localhost/);
    const auditor = await world.person("auditor", "auditor");
    await auditor.goto("/certificate");
    await auditor.getByText("The certificate in use").waitFor();
    assert.equal(await auditor.getByRole("textbox").count(), 0);
    assert.deepEqual(world.complaints, []);
  });
});
