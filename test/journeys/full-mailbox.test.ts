// SPDX-License-Identifier: Apache-2.0

/** A mailbox in which as much waits as may: senders are told to come again, until the archive has pulled. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { LocalGateway, type LocalMailbox } from "../support/local-gateway.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const mebibyte = 1024 * 1024;

suite("a full mailbox", () => {
  let directory: string;
  let local: LocalGateway;
  let mailbox: LocalMailbox;

  before(async () => {
    directory = await temporaryDirectory("full");
    local = await LocalGateway.start(directory);
    mailbox = await local.createMailbox();
  });

  after(async () => {
    await local.gateway.stop();
    await removeDirectory(directory);
  });

  /** A megabyte, another one each time: the same bytes once more would be no second message. */
  async function deliver(subject: string): Promise<string> {
    const client = await local.smtp();
    const lines = Buffer.alloc(mebibyte, "A line of a message that is a megabyte long, more or less\r\n");
    const content = Buffer.concat([Buffer.from(`Subject: ${subject}\r\n\r\n`), lines]);
    const { code, text } = await client.deliver({ from: "a@sender.test", to: [mailbox.address], content });
    client.peer.destroy();
    return `${code} ${text}`;
  }

  test("452 4.2.2 when it is full, 250 again after a pull; no alarm, and the ledger has the refusal", async () => {
    const [{ id } = { id: "mbx-" as const }] = local.gateway.mailboxes.list();
    // What the API asks for at least is more than a test should send.
    await local.gateway.mailboxes.edit(id, { mostWaitingBytes: 2.5 * mebibyte });
    assert.match(await deliver("first"), /^250 /);
    assert.match(await deliver("second"), /^250 /);
    assert.match(await deliver("third"), /^452 4\.2\.2 /);
    assert.match(await deliver("second"), /^250 /, "what waits already needs no room");
    assert.equal(local.count("smtp/not-kept"), 0);
    const client = await local.pop3(mailbox);
    await client.retrieve(1);
    await client.command("DELE 1");
    await client.command("QUIT");
    assert.match(await deliver("third"), /^250 /);
    const { rows } = await local.gateway.store.ledger(id, { limit: 20 });
    assert.ok(rows.some(({ event, detail }) => event === "refused" && detail === "mailbox-full"));
  });
});
