// SPDX-License-Identifier: Apache-2.0
/**
 * I3 at each point where the gateway can die while a message passes a proxy: the real program, ended by SIGKILL exactly
 * there. After the restart nothing is missing that the upstream accepted, and nothing that a client had whole.
 */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import { FakeAuthority, type FakeCertificate } from "../support/fake-certificates.ts";
import { FakeUpstream, ordinaryPop3, ordinarySmtp, type Script, type TakenMessage } from "../support/fake-upstream.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { proxyUserName, startProxiedGateway } from "../support/proxied-gateway.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const account = { user: "anna", password: "the-users-password" };
type Fault = Parameters<GatewayProcess["startAgain"]>[0];
type Operation = NonNullable<Fault>["operation"];

let directory = "";
let certificate: FakeCertificate;
before(async () => {
  directory = await temporaryDirectory("kill-points");
  const authority = await FakeAuthority.create();
  certificate = await authority.issue(["127.0.0.1"]);
  await writeFile(join(directory, "ca.pem"), authority.pem);
});
after(() => removeDirectory(directory));

/** A gateway in front of a scripted upstream, and one mailbox that all tests of a suite record into. */
class KillWorld {
  readonly upstream: FakeUpstream;
  readonly gateway: GatewayProcess;
  readonly mailbox: CreatedMailbox;
  #exports = 0;

  private constructor(upstream: FakeUpstream, gateway: GatewayProcess, mailbox: CreatedMailbox) {
    this.upstream = upstream;
    this.gateway = gateway;
    this.mailbox = mailbox;
  }

  static async open(script: Script): Promise<KillWorld> {
    const upstream = await FakeUpstream.start({ certificate, tls: "implicit", script });
    const gateway = await startProxiedGateway({ ports: [upstream.port], caFile: join(directory, "ca.pem") });
    return new KillWorld(upstream, gateway, await gateway.createMailbox("killed"));
  }

  get userName(): string {
    return proxyUserName(account.user, this.upstream.port, this.mailbox);
  }

  /** What the upstream heard on the connection that was opened last. */
  get heard(): string {
    return this.upstream.peers.at(-1)?.encrypted ?? "";
  }

  /** Runs the program so that it is killed at the n-th call of an operation of its store. */
  async dieAt(operation: Operation, n: number): Promise<void> {
    await this.gateway.kill();
    await this.gateway.startAgain({ operation, from: n, times: 1, code: "kill" });
  }

  /** Starts the program again after a kill. */
  async startAgain(): Promise<void> {
    await this.gateway.kill();
    await this.gateway.startAgain();
  }

  /** Everything that is recorded: the states of its records, by content. */
  async recorded(): Promise<ReadonlyMap<string, readonly string[]>> {
    await this.gateway.verify();
    const path = join(this.gateway.directory, `export-${++this.#exports}`);
    await this.gateway.exportMailbox(this.mailbox, path);
    const records = new Map<string, string[]>();
    for (const name of (await readdir(path)).filter((each) => each.endsWith(".json"))) {
      const { state }: { state: string } = JSON.parse(await readFile(join(path, name), "utf8"));
      const content = await readFile(join(path, name.replace(/json$/, "eml")), "latin1");
      records.set(content, [...(records.get(content) ?? []), state].toSorted());
    }
    return records;
  }

  async close(): Promise<void> {
    await this.gateway.remove();
    await this.upstream.stop();
  }
}

/** A promise that a test makes anew, for a script that outlives it. */
class Moment {
  #now = Promise.withResolvers<void>();

  get reached(): Promise<void> {
    return this.#now.promise;
  }

  reach(): void {
    this.#now.resolve();
  }

  renew(): void {
    this.#now = Promise.withResolvers();
  }
}

suite("a message that is sent", () => {
  const taken: TakenMessage[] = [];
  const verdictIsDue = new Moment();
  /** By content: the states in which it is to be found after the restart. */
  const expected = new Map<string, readonly string[]>();
  let isSilent = false;
  let world: KillWorld;
  before(async () => {
    const verdict = (): string | undefined => {
      verdictIsDue.reach();
      return isSilent ? undefined : "250 2.0.0 Queued";
    };
    world = await KillWorld.open(ordinarySmtp({ ...account, taken, verdict }));
  });
  after(() => world.close());
  beforeEach(() => {
    taken.length = 0;
    isSilent = false;
    verdictIsDue.renew();
  });

  async function signedIn(): Promise<SmtpClient> {
    const tls = { ca: await world.gateway.certificate() };
    const client = await SmtpClient.connect({ port: world.gateway.ports.submissions, tls });
    await client.command("EHLO client.test", 250);
    const response = Buffer.from(`\0${world.userName}\0${account.password}`).toString("base64");
    await client.command(`AUTH PLAIN ${response}`, 235);
    return client;
  }

  /** The code of the verdict, or that there was none. */
  async function send(content: string): Promise<number | string> {
    const client = await signedIn();
    const message = { from: "anna@example.test", to: ["bob@example.com"], content: Buffer.from(content) };
    const result = await client.deliver(message).catch((error: unknown) => String(error));
    return typeof result === "string" ? result.replace(/:.*/, "") : result.code;
  }

  const points: readonly {
    readonly title: string;
    readonly at: readonly [Operation, number];
    /** Whether the upstream had the end of data, and what is recorded after the restart. */
    readonly taken: boolean;
    readonly states: readonly string[];
  }[] = [
    { title: "before the copy's octets are on the disk", at: ["sync", 1], taken: false, states: [] },
    { title: "before the copy is in the index", at: ["index-commit", 1], taken: false, states: [] },
    {
      title: "between the durable copy and the end of data",
      at: ["index-committed", 1],
      taken: false,
      states: ["unknown"],
    },
    { title: "accepted by the upstream, not yet settled", at: ["index-commit", 2], taken: true, states: ["unknown"] },
    {
      title: "accepted and settled, the client has not heard it",
      at: ["index-committed", 2],
      taken: true,
      states: ["accepted"],
    },
  ];
  for (const { title, at, taken: isTaken, states } of points) {
    test(title, async () => {
      const content = `Subject: ${title}\r\n\r\n${"a line of it\r\n".repeat(500)}`;
      await world.dieAt(...at);
      assert.equal(await send(content), "Error", "the client heard of no success");
      assert.equal(await world.gateway.ended(), "SIGKILL");
      assert.equal(taken.length, isTaken ? 1 : 0, "the end of data at the upstream");
      expected.set(content, states);
    });
  }

  test("between the end of data and the verdict", async () => {
    const content = "Subject: no verdict\r\n\r\ntext\r\n";
    isSilent = true;
    await world.startAgain();
    const sent = send(content);
    await verdictIsDue.reached;
    await world.gateway.kill();
    assert.equal(await sent, "Error");
    assert.equal(taken.length, 1);
    expected.set(content, ["unknown"]);
  });

  test("after the last restart all of it is there; what the client sends again is a second record (RFC 1047)", async () => {
    await world.startAgain();
    const wanted = [...expected].filter(([, states]) => states.length > 0);
    assert.deepEqual(await world.recorded(), new Map(wanted));
    for (const content of expected.keys()) assert.equal(await send(content), 250);
    const twice = [...expected].map(([content, states]) => [content, ["accepted", ...states]] as const);
    assert.deepEqual(await world.recorded(), new Map(twice));
  });
});

suite("a message that is fetched", () => {
  const removed: number[] = [];
  /** Message-numbers of what is to be found after the restart. */
  const expected = new Set<number>();
  const isHeld = new Moment();
  /** What the upstream does not answer; a message is cut behind so many octets. */
  let holds: "nothing" | "DELE" | "QUIT" | { readonly message: number; readonly octets: number } = "nothing";
  const messages = Array.from({ length: 9 }, (_, at) => `Subject: ${at}\r\n\r\n${`message ${at}\r\n`.repeat(900)}`);
  let world: KillWorld;
  before(async () => {
    world = await KillWorld.open(heldPop3);
  });
  after(() => world.close());
  beforeEach(() => {
    removed.length = 0;
    holds = "nothing";
    isHeld.renew();
  });

  /** An ordinary server that stops where a test wants it to. */
  const heldPop3: Script = async (peer) => {
    const send = peer.send.bind(peer);
    const line = peer.line.bind(peer);
    peer.line = async () => {
      const said = await line();
      if (typeof holds !== "string" || !said.startsWith(holds)) return said;
      isHeld.reach();
      await peer.closed();
      return line();
    };
    peer.send = (text) => {
      const said = text.toString();
      if (typeof holds === "string" || !said.includes(`Subject: ${holds.message - 1}\r\n`)) return send(text);
      send(said.slice(0, said.indexOf("Subject:") + holds.octets));
      return isHeld.reach();
    };
    await ordinaryPop3({ ...account, messages, removed })(peer);
  };

  async function signedIn(): Promise<Pop3Client> {
    const tls = { ca: await world.gateway.certificate() };
    const client = await Pop3Client.connect({ port: world.gateway.ports.pop3s, tls });
    await client.signIn(world.userName, account.password);
    return client;
  }

  function message(number: number): string {
    return messages[number - 1] ?? "";
  }

  for (const [number, title, octets] of [
    [1, "in the middle of the message", 4_000],
    [2, "when all of it has come but the end", message(2).length],
  ] as const) {
    test(title, async () => {
      holds = { message: number, octets };
      await world.startAgain();
      const client = await signedIn();
      const fetched = client.retrieve(number).catch(() => "lost");
      await isHeld.reached;
      await world.gateway.kill();
      assert.equal(await fetched, "lost");
      assert.doesNotMatch(world.heard, /^(?:DELE|QUIT)/m);
    });
  }

  for (const [number, title, operation, isRecorded] of [
    [3, "before the record's octets are on the disk", "sync", false],
    [4, "before the record is in the index", "index-commit", false],
    [5, "recorded, the client has no end of the message", "index-committed", true],
  ] as const) {
    test(title, async () => {
      await world.dieAt(operation, 1);
      const client = await signedIn();
      await assert.rejects(client.retrieve(number), /connection ended/);
      assert.equal(await world.gateway.ended(), "SIGKILL");
      assert.doesNotMatch(world.heard, /^(?:DELE|QUIT)/m);
      if (isRecorded) expected.add(number);
    });
  }

  for (const [number, held] of [
    [6, "DELE"],
    [7, "QUIT"],
  ] as const) {
    test(`fetched whole, at ${held}`, async () => {
      await world.startAgain();
      const client = await signedIn();
      assert.equal((await client.retrieve(number)).toString("latin1"), message(number));
      holds = held;
      // Not awaited: an answer to the second is not to come, and to the first only when QUIT is held.
      await client.peer.send(`DELE ${number}\r\nQUIT\r\n`);
      await isHeld.reached;
      await world.gateway.kill();
      assert.equal(world.heard.includes("QUIT"), held === "QUIT", "QUIT waits for what is before it");
      expected.add(number);
    });
  }

  for (const [number, operation, isRecorded] of [
    [8, "index-commit", false],
    [9, "index-committed", true],
  ] as const) {
    test(`removed without having been fetched, at ${operation} of its record: the upstream has no DELE`, async () => {
      await world.dieAt(operation, 1);
      const client = await signedIn();
      await assert.rejects(client.command(`DELE ${number}`), /connection ended/);
      assert.equal(await world.gateway.ended(), "SIGKILL");
      assert.match(world.heard, new RegExp(`^RETR ${number}\r$`, "m"));
      assert.doesNotMatch(world.heard, /^(?:DELE|QUIT)/m);
      if (isRecorded) expected.add(number);
    });
  }

  test("after the last restart all of it is there; what comes again is recorded once", async () => {
    await world.startAgain();
    const records = (numbers: Iterable<number>) =>
      new Map(Array.from(numbers, (each) => [message(each), ["accepted"]]));
    assert.deepEqual(await world.recorded(), records(expected));
    const client = await signedIn();
    for (const [at, content] of messages.entries()) {
      assert.equal((await client.retrieve(at + 1)).toString("latin1"), content);
      await client.command(`DELE ${at + 1}`);
    }
    await client.quit();
    assert.deepEqual(await world.recorded(), records(messages.map((_, at) => at + 1)));
    assert.deepEqual(
      removed,
      Array.from(messages, (_, at) => at + 1),
    );
  });
});
