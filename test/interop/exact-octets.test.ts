// SPDX-License-Identifier: Apache-2.0
/** I2 over real sockets with the real program: what was sent is what is exported and, by POP3's rules, what is pulled. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { skipWithoutCorpus } from "../support/corpus.ts";
import { expectedByData, expectedByPop3, sha256 } from "../support/expected-content.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { largeMessage } from "../support/torture.ts";
import {
  allMessages,
  assertExported,
  assertSameMessages,
  deliverAll,
  openMaildrop,
  pullAll,
  readExported,
} from "./samples.ts";

const largeTests = process.env["POSTERN_TEST_LARGE"] === "1";
const MiB = 1024 * 1024;

suite("exact octets", () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(async () => {
    await gateway.remove();
  });

  async function filledMailbox(way: Parameters<typeof deliverAll>[3]): Promise<CreatedMailbox> {
    const mailbox = await gateway.createMailbox("exact");
    await deliverAll(gateway, mailbox, messages, way);
    return mailbox;
  }

  async function exported(mailbox: CreatedMailbox): Promise<ReadonlyMap<string, Buffer>> {
    const directory = join(gateway.directory, `eml-${mailbox.id}`);
    await gateway.exportMailbox(mailbox, directory);
    return readExported(directory);
  }

  const messages = allMessages();

  test("by DATA in odd segments", async () => {
    const mailbox = await filledMailbox({ segmentBytes: [1, 2, 3, 5000, 1459, 70_001, 1_000_003] });
    assertExported(await exported(mailbox), messages, expectedByData);
    assertSameMessages(await pullAll(gateway, mailbox), messages, (content) => expectedByPop3(expectedByData(content)));
  });

  test("by BDAT in chunks of 64 KiB and BDAT 0 LAST, as Exchange sends", async () => {
    const mailbox = await filledMailbox({ chunkBytes: [65_536] });
    assertExported(await exported(mailbox), messages);
    assertSameMessages(await pullAll(gateway, mailbox), messages, expectedByPop3);
  });

  test("the real Microsoft 365 journal reports come out untouched", { skip: skipWithoutCorpus() }, async () => {
    const reports = messages.filter(({ name }) => name.startsWith("ace/"));
    assert.equal(reports.length, 5);
    assert.ok(reports.every(({ content }) => content.includes("X-MS-Journal-Report")));
    const mailbox = await gateway.createMailbox("journal");
    await deliverAll(gateway, mailbox, reports);
    assertExported(await exported(mailbox), reports);
  });

  for (const [bytes, wanted] of [
    [40 * MiB, true],
    [250 * MiB, largeTests],
  ] as const) {
    for (const chunkBytes of [undefined, [65_536]]) {
      const title = `${bytes / MiB} MiB by ${chunkBytes === undefined ? "DATA" : "BDAT"}`;
      test(title, { skip: wanted ? false : "set POSTERN_TEST_LARGE=1" }, async () => {
        await exchangeLarge(gateway, bytes, chunkBytes);
      });
    }
  }
});

async function exchangeLarge(
  gateway: GatewayProcess,
  bytes: number,
  chunkBytes: readonly number[] | undefined,
): Promise<void> {
  const mailbox = await gateway.createMailbox("large");
  const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { ca: await gateway.certificate() } });
  const reply = await client.deliver({
    from: "m0@sender.test",
    to: [mailbox.address],
    content: largeMessage("large", bytes),
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
  });
  assert.equal(reply.code, 250, reply.text);
  await client.quit();
  const pull = await openMaildrop(gateway, mailbox);
  await pull.command("RETR 1");
  const pulled = await pull.measureBlock("X-Postern-Trace: end\r\n");
  assert.deepEqual(pulled, { bytes, sha256: sha256(...largeMessage("large", bytes)) });
  await pull.command("DELE 1");
  await pull.quit();
}
