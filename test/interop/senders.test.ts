// SPDX-License-Identifier: Apache-2.0
/**
 * Real servers journal into the gateway. What they really sent is seen by a second recipient in the same transaction:
 * the same server delivers the same queue file to a recording sink, so that the two contents must be equal, with all the
 * fields that the server itself added.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import { Exim } from "../support/exim.ts";
import { sha256 } from "../support/expected-content.ts";
import { type CreatedMailbox, GatewayProcess, mailDomain } from "../support/gateway-process.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { Postfix } from "../support/postfix.ts";
import { RecordingSink } from "../support/recording-sink.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { largeMessage } from "../support/torture.ts";
import { allMessages, countMessages, openMaildrop, overSessions, readExported } from "./samples.ts";

suite("journaling by real servers", () => {
  const messages = allMessages();
  let gateway: GatewayProcess;
  let sink: RecordingSink;
  let mailbox: CreatedMailbox;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(async () => {
    await gateway.remove();
  });
  beforeEach(async () => {
    sink = await RecordingSink.start();
    mailbox = await gateway.createMailbox("journal");
  });

  /** Everything that went to the sink is in the mailbox, octet for octet, once. */
  async function compareWithSink(): Promise<void> {
    const directory = join(gateway.directory, `eml-${mailbox.id}`);
    await gateway.exportMailbox(mailbox, directory);
    const kept = [...(await readExported(directory)).values()].map((content) => sha256(content)).toSorted();
    const sent = sink.mails.map(({ content }) => sha256(content)).toSorted();
    assert.equal(sent.length, messages.length);
    assert.deepEqual(kept, sent);
    assert.equal(await countMessages(gateway, mailbox), messages.length);
  }

  test("Postfix with always_bcc, by DATA over verified STARTTLS", {
    skip: skipWithoutPeers(["postfix"], { root: true }),
  }, async (t) => {
    t.after(() => sink.stop());
    const postfix = await Postfix.start({
      alwaysBcc: mailbox.address,
      caFile: gateway.certificateFile,
      routes: [
        { domain: "sink.test", port: sink.port, tls: false },
        { domain: mailDomain, port: gateway.ports.smtp, tls: true },
      ],
    });
    t.after(() => postfix.stop());
    await overSessions(messages, { port: postfix.port }, (client, { content }) => {
      // By BDAT: this Postfix takes LF "." LF in DATA for the end, so that some messages would arrive cut.
      return client.deliver({ from: "user@sender.test", to: ["user@sink.test"], content, chunkBytes: [1_000_000] });
    });
    await postfix.drained();
    assert.match(await postfix.log(), /Verified TLS connection established to 127\.0\.0\.1/);
    await compareWithSink();
  });

  test("Exim, by BDAT over verified STARTTLS", { skip: skipWithoutPeers(["exim4"], { root: true }) }, async (t) => {
    t.after(() => sink.stop());
    const exim = await Exim.create({
      caFile: gateway.certificateFile,
      routes: [
        { domain: "sink.test", port: sink.port, tls: false },
        { domain: mailDomain, port: gateway.ports.smtp, tls: true },
      ],
    });
    t.after(() => exim.remove());
    const contents = messages.map(({ content }) => content);
    await exim.submit(contents, "user@sender.test", ["user@sink.test", mailbox.address]);
    await exim.deliver();
    assert.match(await exim.log(), new RegExp(`=> ${mailbox.address} .* X=TLS.* CV=yes K `), "K: by BDAT");
    await compareWithSink();
  });

  // As large as the default limit allows, with room for what the servers add on top.
  const largeBytes = 250 * 1024 * 1024 - 4096;
  const skipLarge = process.env["POSTERN_TEST_LARGE"] === "1" ? false : "set POSTERN_TEST_LARGE=1";

  /** The body of the one message in the mailbox, pulled and exported, is that of the large message. */
  async function compareLarge(): Promise<void> {
    const expected = bodyFacts(Buffer.concat([...largeMessage("large", largeBytes)]));
    const pull = await openMaildrop(gateway, mailbox);
    await pull.command("RETR 1");
    assert.deepEqual(await pull.measureBlock("\r\n\r\n"), expected);
    await pull.quit();
    const directory = join(gateway.directory, `eml-${mailbox.id}`);
    await gateway.exportMailbox(mailbox, directory);
    const exported = [...(await readExported(directory)).values()];
    assert.deepEqual(exported.map(bodyFacts), [expected]);
  }

  test("250 MiB through Postfix", {
    skip: skipLarge === false ? skipWithoutPeers(["postfix"], { root: true }) : skipLarge,
  }, async (t) => {
    t.after(() => sink.stop());
    const routes = [{ domain: mailDomain, port: gateway.ports.smtp, tls: true }];
    const postfix = await Postfix.start({ caFile: gateway.certificateFile, routes });
    t.after(() => postfix.stop());
    const client = await SmtpClient.open({ port: postfix.port });
    const content = largeMessage("large", largeBytes);
    const reply = await client.deliver({ from: "user@sender.test", to: [mailbox.address], content });
    assert.equal(reply.code, 250, reply.text);
    await client.quit();
    await postfix.drained();
    await compareLarge();
  });

  test("250 MiB through Exim, by BDAT", {
    skip: skipLarge === false ? skipWithoutPeers(["exim4"], { root: true }) : skipLarge,
  }, async (t) => {
    t.after(() => sink.stop());
    const routes = [{ domain: mailDomain, port: gateway.ports.smtp, tls: true }];
    const exim = await Exim.create({ caFile: gateway.certificateFile, routes });
    t.after(() => exim.remove());
    await exim.submit([Buffer.concat([...largeMessage("large", largeBytes)])], "user@sender.test", [mailbox.address]);
    await exim.deliver();
    assert.match(await exim.log(), new RegExp(`=> ${mailbox.address} .* K `), "K: by BDAT");
    await compareLarge();
  });
});

/** Size and digest of what stands behind the header section, which the servers add to. */
function bodyFacts(message: Buffer): { readonly bytes: number; readonly sha256: string } {
  const body = message.subarray(message.indexOf("\r\n\r\n") + 4);
  return { bytes: body.length, sha256: sha256(body) };
}
