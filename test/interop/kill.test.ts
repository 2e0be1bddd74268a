// SPDX-License-Identifier: Apache-2.0
/**
 * I1 with the real program: SIGKILL at random moments under load. The senders keep a ledger of their own: every message
 * whose 250 they saw is there once and intact after the restart, and nothing is there that nobody sent.
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { sha256, withoutTraceBlock } from "../support/expected-content.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { pseudoRandom, pseudoRandomOctets } from "../support/torture.ts";

const rounds = Number(process.env["POSTERN_KILL_ROUNDS"] ?? 3);
const seed = Number(process.env["POSTERN_KILL_SEED"] ?? Date.now() % 1_000_000);
const senders = 8;

/** What the senders know about one round. */
class SendersLedger {
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();
}

suite(`killed ${rounds} times (POSTERN_KILL_SEED=${seed})`, () => {
  const random = pseudoRandom(seed);
  let gateway: GatewayProcess;
  let mailbox: CreatedMailbox;
  before(async () => {
    gateway = await GatewayProcess.start();
    mailbox = await gateway.createMailbox("killed");
  });
  after(async () => {
    await gateway.remove();
  });

  for (let round = 1; round <= rounds; round++) {
    test(`round ${round}`, async () => {
      const ledger = new SendersLedger();
      await killUnderLoad(ledger, { acknowledgements: 20 + random(200), delayMs: random(15) });
      await gateway.startAgain();
      const kept = await pullAndRemove();
      const missing = [...ledger.acknowledged].filter((digest) => !kept.includes(digest));
      assert.deepEqual(missing, [], "acknowledged, but not there");
      assert.equal(new Set(kept).size, kept.length, "there twice");
      assert.deepEqual(
        kept.filter((digest) => !ledger.sent.has(digest)),
        [],
        "there, but never sent like that",
      );
      await gateway.verify();
    });
  }

  /** Loads the gateway from all senders and kills it some time after a number of acknowledgements. */
  async function killUnderLoad(
    ledger: SendersLedger,
    moment: { readonly acknowledgements: number; readonly delayMs: number },
  ): Promise<void> {
    let enough: (() => void) | undefined;
    const due = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const ca = await gateway.certificate();
    const send = async (): Promise<void> => {
      const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { ca } });
      for (;;) {
        const content = nextContent();
        const digest = sha256(content);
        ledger.sent.add(digest);
        const way = random(2) === 0 ? {} : { chunkBytes: [65_536] };
        const reply = await client.deliver({ from: "sender@sender.test", to: [mailbox.address], content, ...way });
        assert.equal(reply.code, 250, reply.text);
        ledger.acknowledged.add(digest);
        if (ledger.acknowledged.size >= moment.acknowledgements) enough?.();
      }
    };
    const running = Array.from({ length: senders }, send);
    const ended = Promise.allSettled(running);
    await Promise.race([due, Promise.all(running)]);
    await new Promise((resolve) => setTimeout(resolve, moment.delayMs));
    await gateway.kill();
    for (const result of await ended) {
      // Every sender ends because its connection does; any other reason is a finding.
      assert.equal(result.status, "rejected");
      if (result.status === "rejected") assert.match(String(result.reason), /connection ended/);
    }
  }

  /** Mostly small messages that share a file, and some large ones that have one of their own. */
  function nextContent(): Buffer {
    const bytes = random(12) === 0 ? 400_000 + random(400_000) : 100 + random(20_000);
    const body = pseudoRandomOctets(Math.min(bytes, 1000), random(1 << 30) + 1).toString("base64");
    const lines = `${body}\r\n`.repeat(Math.ceil(bytes / (body.length + 2)));
    return Buffer.from(`Subject: ${random(1 << 30)} ${random(1 << 30)}\r\n\r\n${lines}`);
  }

  /** The digests of all contents, pulled by POP3S; the mailbox is empty afterwards. */
  async function pullAndRemove(): Promise<readonly string[]> {
    const client = await Pop3Client.connect({ port: gateway.ports.pop3s, tls: { ca: await gateway.certificate() } });
    await client.signIn(mailbox.id, mailbox.password);
    const count = Number((await client.command("STAT")).split(" ")[0]);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const digests: string[] = [];
    for await (const message of client.retrievePipelined(numbers))
      digests.push(sha256(withoutTraceBlock(message).content));
    for (const answer of await client.askPipelined(numbers.map((number) => `DELE ${number}`)))
      assert.match(answer, /^\+OK/);
    await client.quit();
    return digests;
  }
});
