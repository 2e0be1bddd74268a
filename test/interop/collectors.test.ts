// SPDX-License-Identifier: Apache-2.0
/** Real collectors pull everything and leave the mailbox empty. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { expectedByPop3 } from "../support/expected-content.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { collectors } from "./collectors.ts";
import { allMessages, assertSameMessages, countMessages, deliverAll } from "./samples.ts";

suite("pulling by real collectors", () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(async () => {
    await gateway.remove();
  });

  for (const { title, program, collect, writes, carries } of collectors) {
    test(title, { skip: skipWithoutPeers(program === "getmail" ? [program, "python3"] : [program]) }, async () => {
      const messages = allMessages().filter(({ name }) => carries?.(name) ?? true);
      const mailbox = await gateway.createMailbox(title);
      await deliverAll(gateway, mailbox, messages);
      const directory = join(gateway.directory, title.replaceAll(/\W/g, "-"));
      await mkdir(directory);
      const { ports, certificateFile } = gateway;
      const account = { user: mailbox.id, password: mailbox.password };
      const pulled = await collect({ ports, certificateFile, ...account, directory, count: messages.length });
      assertSameMessages(pulled, messages, (content) => writes(expectedByPop3(content)));
      assert.equal(await countMessages(gateway, mailbox), 0, "the mailbox is empty afterwards");
    });
  }
});
