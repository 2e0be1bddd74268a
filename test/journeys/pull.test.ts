// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LocalGateway } from "../support/local-gateway.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

let directory: string;
let local: LocalGateway;

before(async () => {
  directory = await temporaryDirectory("pull");
  local = await LocalGateway.start(directory);
});

after(async () => {
  await local.gateway.stop();
  await removeDirectory(directory);
});

test("a suspended mailbox is pulled by one at a time; LIST tells what RETR sends; what came meanwhile waits", async () => {
  const mailbox = await local.createMailbox();
  const smtp = await local.smtp();
  const deliver = (content: string) =>
    smtp.deliver({
      from: "a@b.example",
      to: [mailbox.address],
      content: Buffer.from(content, "latin1"),
      chunkBytes: [3],
    });
  for (const content of ["plain\r\n", "bare\nLF\n.\n", "CR\r.\r\n..x", "NUL \0", ""])
    assert.equal((await deliver(content)).code, 250);

  const first = await local.pop3(mailbox);
  await assert.rejects(local.pop3(mailbox), /-ERR \[IN-USE\]/);
  assert.equal((await deliver("meanwhile\r\n")).code, 250);
  await local.gateway.mailboxes.suspend(local.gateway.store.mailboxes.all()[0]?.id ?? "mbx-");
  const listing = await first.listing("LIST");
  assert.equal(listing.length, 5);
  for (const line of listing) {
    const [number = 0, size] = line.split(" ").map(Number);
    assert.equal((await first.retrieve(number)).length, size, line);
    await first.command(`DELE ${number}`);
  }
  assert.equal(await first.quit(), "Bye, 5 messages removed");

  const second = await local.pop3(mailbox);
  assert.equal((await second.listing("LIST")).length, 1);
  assert.match((await second.retrieve(1)).toString(), /meanwhile\r\n$/);
  await second.quit();
  await smtp.quit();
});

test("a stopping gateway sends away who has not signed in, and waits for who pulls", async () => {
  const mailbox = await local.createMailbox();
  const puller = await local.pop3(mailbox);
  const waiting = await Pop3Client.connect({ port: local.gateway.port("pop3s"), tls: { rejectUnauthorized: false } });
  const stopped = local.gateway.stop();
  assert.match((await waiting.peer.rest()).toString(), /^-ERR \[SYS\/TEMP\] Shutting down/);
  assert.equal(await puller.command("STAT"), "0 0");
  await puller.quit();
  await stopped;
});
