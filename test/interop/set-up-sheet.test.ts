// SPDX-License-Identifier: Apache-2.0
/** What the set-up sheets tell people to write, written: real programs run with these very lines. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { SheetValues } from "../../web/src/pages/set-up-sheet/sheet.ts";
import { sheets } from "../../web/src/pages/set-up-sheet/sheets.ts";
import { Exim } from "../support/exim.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { peerPath, skipWithoutPeers } from "../support/peers.ts";
import { Postfix } from "../support/postfix.ts";
import { runProgram } from "../support/run-program.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { countMessages } from "./samples.ts";

suite("the set-up sheets, as they are written", () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(async () => {
    await gateway.remove();
  });

  async function valuesOf({ id, address }: CreatedMailbox): Promise<SheetValues> {
    const { smtp, pop3s, submissions } = gateway.ports;
    return {
      id,
      address,
      domain: address.slice(address.indexOf("@") + 1),
      smtp: { host: "localhost", port: smtp },
      pull: { host: "localhost", port: pop3s, tls: "implicit" },
      submit: { host: "localhost", port: submissions, tls: "implicit" },
      fingerprint: new X509Certificate(await gateway.certificate()).fingerprint256,
    };
  }

  /** The lines of some steps of a sheet. */
  function linesOf(system: string, values: SheetValues, ...keys: readonly string[]): string {
    const sheet = sheets.find((each) => each.system === system);
    assert.ok(sheet !== undefined && sheet.group !== "clients");
    const steps = sheet.steps(values);
    return keys.map((key) => steps.find((step) => step.key === key)?.code ?? assert.fail(key)).join("\n");
  }

  for (const how of ["secure", "fingerprint"]) {
    test(`Postfix copies and delivers, TLS verified by ${how}`, {
      skip: skipWithoutPeers(["postfix"], { root: true }),
    }, async (t) => {
      const mailbox = await gateway.createMailbox(`Postfix, ${how}`);
      const values = await valuesOf(mailbox);
      const keys = how === "secure" ? ["copy", "route"] : ["copy", "route", "selfSigned"];
      const written = linesOf("postfix", values, ...keys);
      const more =
        how === "secure"
          ? written.replace(/^smtp_tls_CAfile = .*$/m, `smtp_tls_CAfile = ${gateway.certificateFile}`)
          : written;
      const maildir = join(gateway.directory, `others-${how}`);
      await mkdir(maildir);
      await chmod(gateway.directory, 0o755);
      await chmod(maildir, 0o777);
      const postfix = await Postfix.start({
        maildir,
        // localhost stands in no DNS.
        more: `${more}\nsmtp_host_lookup = native`,
      });
      t.after(() => postfix.stop());
      const client = await SmtpClient.open({ port: postfix.port });
      const content = Buffer.from("Subject: a copy is made\r\n\r\nx\r\n");
      const reply = await client.deliver({ from: "anna@sender.test", to: ["bert@elsewhere.test"], content });
      assert.equal(reply.code, 250, reply.text);
      await client.quit();
      await postfix.drained();
      assert.equal(await countMessages(gateway, mailbox), 1);
      assert.match(
        await postfix.log(),
        how === "secure" ? /Verified TLS connection/ : /(?:Verified|Trusted) TLS connection/,
      );
    });
  }

  test("Exim copies and delivers by BDAT, TLS verified", {
    skip: skipWithoutPeers(["exim4"], { root: true }),
  }, async (t) => {
    const mailbox = await gateway.createMailbox("Exim");
    const values = await valuesOf(mailbox);
    const rest = "others:\n  driver = redirect\n  data = :blackhole:\n";
    const routers = linesOf("exim", values, "routers").replace(/^ {2}route_list = .*$/m, "$& byname\n  self = send");
    const transports = linesOf("exim", values, "transport").replace("= system", `= ${gateway.certificateFile}`);
    await chmod(gateway.directory, 0o755);
    const exim = await Exim.create({
      routes: [],
      caFile: gateway.certificateFile,
      more: { routers: `${routers}\n${rest}`, transports: `${transports}\n` },
    });
    t.after(() => exim.remove());
    const content = Buffer.from("Subject: a copy is made\r\n\r\nx\r\n");
    await exim.submit([content], "anna@sender.test", ["bert@elsewhere.test", "carl@elsewhere.test"]);
    await exim.deliver();
    assert.equal(await countMessages(gateway, mailbox), 1, "one copy for two recipients");
    assert.match(await exim.log(), /=> \S+ .*CV=yes.* K /);
  });

  async function withMail(title: string) {
    const mailbox = await gateway.createMailbox(title);
    const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { rejectUnauthorized: false } });
    await client.deliver({
      from: "a@b.example",
      to: [mailbox.address],
      content: Buffer.from("Subject: needle\r\n\r\nx\r\n"),
    });
    await client.quit();
    const directory = join(gateway.directory, title);
    for (const part of ["cur", "new", "tmp"]) await mkdir(join(directory, "mail", part), { recursive: true });
    await writeFile(join(directory, "password"), mailbox.password, { mode: 0o600 });
    return { mailbox, directory, values: await valuesOf(mailbox) };
  }

  async function fetched(directory: string): Promise<string> {
    const [name = "", ...more] = await readdir(join(directory, "mail/new"));
    assert.deepEqual(more, []);
    return readFile(join(directory, "mail/new", name), "utf8");
  }

  test("mpop pulls into a maildir and leaves nothing", { skip: skipWithoutPeers(["mpop"]) }, async () => {
    const { mailbox, directory, values } = await withMail("mpop");
    const file = join(directory, "mpoprc");
    const written = linesOf("mpop", values, "file", "selfSigned")
      .replace("/etc/postern-mailbox.password", join(directory, "password"))
      .replace("/var/mail/archive", join(directory, "mail"));
    await writeFile(file, `${written}\nuidls_file ${directory}/uidls\n`, { mode: 0o600 });
    await runProgram(peerPath("mpop"), ["--file", file, "--quiet", "--all-accounts"]);
    assert.match(await fetched(directory), /^Subject: needle$/m);
    assert.equal(await countMessages(gateway, mailbox), 0);
  });

  test("fetchmail hands each message to a program and leaves nothing", {
    skip: skipWithoutPeers(["fetchmail"]),
  }, async () => {
    const { mailbox, directory, values } = await withMail("fetchmail");
    const file = join(directory, "fetchmailrc");
    const written = linesOf("fetchmail", values, "file")
      .replace('"…"', `"${mailbox.password}"`)
      .replace("sslcertck", `sslcertck sslcertfile "${gateway.certificateFile}"`)
      .replace(/mda ".*"/, `mda "cat > ${directory}/mail/new/one"`);
    await writeFile(file, `${written}\n`, { mode: 0o600 });
    await runProgram(peerPath("fetchmail"), ["--fetchmailrc", file, "--nosyslog", "--silent"], {
      env: { FETCHMAILHOME: directory, HOME: directory },
    });
    assert.match(await fetched(directory), /^Subject: needle$/m);
    assert.equal(await countMessages(gateway, mailbox), 0);
  });
});
