// SPDX-License-Identifier: Apache-2.0
/**
 * I3 with the real program: SIGKILL at random moments while clients fetch and remove through the POP3 proxy. The clients
 * keep a ledger of their own: what they had whole, and what the upstream was told to remove, is in the mailbox after the
 * restart.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { sha256, withoutTraceBlock } from "../support/expected-content.ts";
import { FakeAuthority } from "../support/fake-certificates.ts";
import { FakeUpstream, ordinaryPop3 } from "../support/fake-upstream.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { pseudoRandom, pseudoRandomOctets } from "../support/torture.ts";

const rounds = Number(process.env["POSTERN_KILL_ROUNDS"] ?? 3);
const seed = Number(process.env["POSTERN_KILL_SEED"] ?? Date.now() % 1_000_000);
const clients = 6;
const password = "the-users-password";

suite(`killed ${rounds} times (POSTERN_KILL_SEED=${seed})`, () => {
  const random = pseudoRandom(seed);
  const messages = Array.from({ length: 400 }, (_, at) => content(at));
  let directory: string;
  let upstream: FakeUpstream;
  let gateway: GatewayProcess;
  let mailbox: CreatedMailbox;
  before(async () => {
    directory = await temporaryDirectory("proxy-kill");
    const authority = await FakeAuthority.create();
    await writeFile(join(directory, "ca.pem"), authority.pem);
    const certificate = await authority.issue(["127.0.0.1"]);
    const script = ordinaryPop3({ user: "anna", password, messages });
    upstream = await FakeUpstream.start({ certificate, tls: "implicit", script });
    const configuration = `[proxy]
allowed_targets = ["127.0.0.1:${upstream.port}"]
[proxy.ca_files]
"127.0.0.1" = ${JSON.stringify(join(directory, "ca.pem"))}
`;
    gateway = await GatewayProcess.start({ configuration });
    mailbox = await gateway.createMailbox("killed");
  });
  after(async () => {
    await gateway.remove();
    await upstream.stop();
    await removeDirectory(directory);
  });

  for (let round = 1; round <= rounds; round++) {
    test(`round ${round}`, async () => {
      const firstPeer = upstream.peers.length;
      const whole = await killWhileFetching(20 + random(150), random(15));
      const removed = upstream.peers
        .slice(firstPeer)
        .flatMap((peer) => [...peer.encrypted.matchAll(/^DELE (\d+)\r$/gm)].map(([, number]) => Number(number)));
      assert.ok(upstream.peers.slice(firstPeer).every((peer) => !peer.encrypted.includes("QUIT")));
      await gateway.startAgain();
      const kept = new Set(await pulled());
      const missing = [...whole, ...removed].filter((number) => !kept.has(digestOf(number)));
      assert.deepEqual(missing, [], "a client had it whole, or it was to be removed, and it is not there");
      assert.ok(removed.length > 0 && whole.size > 0);
      await gateway.verify();
    });
  }

  /** Message-numbers that clients had whole when the gateway was killed. */
  async function killWhileFetching(enough: number, delayMs: number): Promise<ReadonlySet<number>> {
    const whole = new Set<number>();
    const due = Promise.withResolvers<void>();
    const ca = await gateway.certificate();
    const signedIn: Pop3Client[] = [];
    // One after the other: many sign-ins of one account at once are throttled.
    for (let client = 0; client < clients; client++) {
      const pop3 = await Pop3Client.connect({ port: gateway.ports.pop3s, tls: { ca } });
      await pop3.signIn(`anna%127.0.0.1:${upstream.port}%${mailbox.id}`, password);
      signedIn.push(pop3);
    }
    const fetch = async (pop3: Pop3Client, client: number): Promise<void> => {
      for (let number = client + 1; ; number = ((number + clients - 1) % messages.length) + 1) {
        if (random(4) === 0) await pop3.command(`DELE ${number}`);
        else {
          const message = await pop3.retrieve(number);
          assert.equal(sha256(message), digestOf(number));
          whole.add(number);
        }
        if (whole.size >= enough) due.resolve();
      }
    };
    const running = signedIn.map(fetch);
    const ended = Promise.allSettled(running);
    await Promise.race([due.promise, Promise.all(running)]);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await gateway.kill();
    for (const result of await ended) {
      // Every client ends because its connection does; any other reason is a finding.
      assert.equal(result.status, "rejected");
      if (result.status === "rejected") assert.match(String(result.reason), /connection ended/);
    }
    return whole;
  }

  function digestOf(number: number): string {
    return sha256(Buffer.from(messages[number - 1] ?? "", "latin1"));
  }

  /** The digests of all contents. They stay: what was recorded in one round need not be in the next. */
  async function pulled(): Promise<readonly string[]> {
    const client = await Pop3Client.connect({ port: gateway.ports.pop3s, tls: { ca: await gateway.certificate() } });
    await client.signIn(mailbox.id, mailbox.password);
    const count = Number((await client.command("STAT")).split(" ")[0]);
    const digests: string[] = [];
    for await (const message of client.retrievePipelined(Array.from({ length: count }, (_, index) => index + 1)))
      digests.push(sha256(withoutTraceBlock(message).content));
    await client.quit();
    return digests;
  }

  /** Mostly small messages that share a file, and some large ones that have one of their own. */
  function content(at: number): string {
    const bytes = random(15) === 0 ? 500_000 + random(200_000) : 100 + random(20_000);
    const line = `${pseudoRandomOctets(500, random(1 << 30) + 1).toString("base64")}\r\n`;
    return `Subject: message ${at}\r\n\r\n.${line.repeat(Math.ceil(bytes / line.length))}`;
  }
});
