// SPDX-License-Identifier: Apache-2.0
/** Injection and smuggling over real TCP against the running program. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { LinePeer } from "../support/line-peer.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { countMessages, readExported } from "./samples.ts";

/**
 * What others have taken for the end of data: the lists of the two public scanners (CVE-2023-51764, -51765, -51766). Only
 * CRLF "." CRLF is one (RFC 5321 §4.1.1.4).
 */
const falseEnds = {
  "LF.LF": "\n.\n",
  "LF.CRLF": "\n.\r\n",
  "CRLF.LF": "\r\n.\n",
  "CR.CR": "\r.\r",
  "CR.LF": "\r.\n",
  "CR.CRLF": "\r.\r\n",
  "LF.CR": "\n.\r",
  "CRLF.CR": "\r\n.\r",
  "CRLF.CRCRLF": "\r\n.\r\r\n",
  "CRLF NUL.CRLF": "\r\n\0.\r\n",
  "CRLF.NUL CRLF": "\r\n.\0\r\n",
} as const;

const injections = [
  {
    service: "smtp",
    before: "EHLO client.test\r\n",
    injected: "STARTTLS\r\nEHLO injected.test\r\nMAIL FROM:<injected@sender.test>\r\n",
    answer: /^554 5\.5\.0 [^\r\n]*\r\n$/,
  },
  { service: "pop3", before: "", injected: "STLS\r\nCAPA\r\n", answer: /^-ERR [^\r\n]*\r\n$/ },
] as const;

suite("attacks over TCP", () => {
  let gateway: GatewayProcess;
  let mailbox: CreatedMailbox;
  before(async () => {
    gateway = await GatewayProcess.start();
    mailbox = await gateway.createMailbox("attacked");
  });
  after(async () => {
    await gateway.remove();
  });

  test("no false end of data smuggles a second message", async () => {
    const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { ca: await gateway.certificate() } });
    const contents: string[] = [];
    for (const [index, [name, end]] of Object.entries(falseEnds).entries()) {
      const smuggled = `MAIL FROM:<smuggled@sender.test>\r\nRCPT TO:<${mailbox.address}>\r\nDATA\r\nsmuggled\r\n`;
      const before = `Subject: ${name}\r\n\r\nbefore${end}`;
      await client.command(`MAIL FROM:<m${index}@sender.test>`, 250);
      await client.command(`RCPT TO:<${mailbox.address}>`, 250);
      await client.command("DATA", 354);
      await client.peer.send(`${before}${smuggled}.\r\n`);
      assert.equal((await client.reply()).code, 250, name);
      // One message, one reply: the next reply is that of NOOP.
      assert.equal((await client.command("NOOP")).code, 250, name);
      // A dot behind CRLF is transparency and goes (RFC 5321 §4.5.2); any other stays.
      contents.push(before.replace("\r\n.", "\r\n") + smuggled);
    }
    await client.quit();
    assert.equal(await countMessages(gateway, mailbox), contents.length);
    const directory = join(gateway.directory, "smuggled");
    await gateway.exportMailbox(mailbox, directory);
    const exported = await readExported(directory);
    for (const [index, content] of contents.entries())
      assert.equal(exported.get(`m${index}@sender.test`)?.toString("latin1"), content);
  });

  // What follows STARTTLS in clear belongs to nobody (RFC 3207 §4.2, CVE-2011-0411): refused, and the connection ends
  // before any handshake, so that no injected command is ever answered.
  for (const { service, before: dialog, injected, answer } of injections) {
    test(`commands behind ${injected.split("\r\n")[0]} in the same segment are refused`, async () => {
      const peer = await LinePeer.connect({ port: gateway.ports[service] });
      await peer.line();
      if (dialog !== "") {
        await peer.send(dialog);
        while ((await peer.line())[3] !== " ");
      }
      await peer.send(injected);
      assert.match((await peer.rest()).toString(), answer);
    });
  }

  test("no mail and no password in clear", async () => {
    const client = await SmtpClient.open({ port: gateway.ports.smtp });
    await client.command("MAIL FROM:<a@sender.test>");
    const refused = await client.command(`RCPT TO:<${mailbox.address}>`);
    assert.deepEqual([refused.code, refused.text.slice(0, 5)], [530, "5.7.0"]);
    assert.equal((await client.command("AUTH PLAIN AHgAeA==")).code >= 500, true);
    await client.quit();
    const pull = await Pop3Client.connect({ port: gateway.ports.pop3 });
    assert.match(await pull.ask(`USER ${mailbox.id}`), /^-ERR/);
    assert.match(await pull.ask(`PASS ${mailbox.password}`), /^-ERR/);
    pull.peer.destroy();
  });

  test("garbage and half-open sessions do not disturb others", async () => {
    const strange = await Promise.all(Array.from({ length: 50 }, () => LinePeer.connect({ port: gateway.ports.smtp })));
    await Promise.all(strange.map((peer, index) => peer.send(Buffer.alloc(20_000, index))));
    const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { ca: await gateway.certificate() } });
    const content = Buffer.from("Subject: amid garbage\r\n\r\nx\r\n");
    const reply = await client.deliver({ from: "amid@sender.test", to: [mailbox.address], content });
    assert.equal(reply.code, 250);
    await client.quit();
    for (const peer of strange) peer.destroy();
  });
});
