// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FakeAuthority, type FakeCertificate } from "../support/fake-certificates.ts";
import { FakeUpstream, ordinarySmtp, startTlsSmtp, type TakenMessage } from "../support/fake-upstream.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { waitFor } from "../support/wait-for.ts";

const user = { user: "anna@example.test", password: "the-users-password" };
const content = Buffer.from("Subject: for the record\r\n\r\n.dot\r\n..two dots\r\n.\r\nan umlaut: \xe4\r\n", "latin1");
const extensions = ["PIPELINING", "SIZE 30000000", "8BITMIME", "CHUNKING", "AUTH PLAIN LOGIN"];

let directory = "";
let certificate: FakeCertificate;
before(async () => {
  directory = await temporaryDirectory("smtp-proxy-journey");
  const authority = await FakeAuthority.create();
  certificate = await authority.issue(["127.0.0.1"]);
  await writeFile(join(directory, "ca.pem"), authority.pem);
});
after(() => removeDirectory(directory));

interface World {
  readonly gateway: GatewayProcess;
  readonly mailbox: CreatedMailbox;
  readonly upstream: FakeUpstream;
  readonly taken: readonly TakenMessage[];
  /** A client that has signed in at the upstream, through the gateway. */
  signedIn(): Promise<SmtpClient>;
}

/** The real program, and an ordinary submission server that it may reach. */
async function withWorld(
  how: { readonly tls?: "implicit" | "starttls"; readonly verdict?: () => string | undefined },
  use: (world: World) => Promise<void>,
): Promise<void> {
  const taken: TakenMessage[] = [];
  const options = { ...user, extensions, taken, verdict: how.verdict ?? (() => "250 2.0.0 Queued as 4711") };
  const upstream = await FakeUpstream.start(
    how.tls === "starttls"
      ? { certificate, tls: "by-script", script: startTlsSmtp(options) }
      : { certificate, tls: "implicit", script: ordinarySmtp(options) },
  );
  const target = `127.0.0.1:${upstream.port}`;
  const gateway = await GatewayProcess.start({
    configuration: `
[limits]
drain_time = "1s"
[proxy]
allowed_targets = ["${target}"]
[proxy.ca_files]
"${target}" = ${JSON.stringify(join(directory, "ca.pem"))}
`,
  });
  try {
    const mailbox = await gateway.createMailbox("Sent mail");
    const signedIn = async (): Promise<SmtpClient> => {
      const tls = { ca: await gateway.certificate(), host: "localhost" };
      const client = await SmtpClient.connect({ port: gateway.ports.submissions, tls });
      await client.command("EHLO client.test", 250);
      const response = `\0${user.user}%${target}%${mailbox.id}\0${user.password}`;
      await client.command(`AUTH PLAIN ${Buffer.from(response).toString("base64")}`, 235);
      return client;
    };
    await use({ gateway, mailbox, upstream, taken, signedIn });
    assert.ok(!upstream.heardInClear.includes("AUTH"), "no credential in clear (I5)");
    assert.ok(!(await gateway.log()).includes(user.password), "no credential in the log (I5)");
  } finally {
    await gateway.remove();
    await upstream.stop();
  }
}

interface Exported {
  readonly state: string;
  readonly source: string;
  readonly recipients: readonly string[];
  readonly addenda: readonly { readonly facts?: { readonly outcome?: string; readonly reply?: string } }[];
  readonly content: Buffer;
}

async function exported({ gateway, mailbox }: World): Promise<readonly Exported[]> {
  const path = join(gateway.directory, `export-${Date.now()}`);
  await gateway.exportMailbox(mailbox, path);
  const names = (await readdir(path)).filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const described: Omit<Exported, "content"> = JSON.parse(await readFile(join(path, name), "utf8"));
      const { state, source, recipients, addenda } = described;
      const octets = await readFile(join(path, name.replace(/json$/, "eml")));
      return { state, source, recipients, addenda, content: octets };
    }),
  );
}

for (const tls of ["implicit", "starttls"] as const) {
  test(`a message sent through the proxy (${tls} upstream): upstream's copy = client's = recorded copy (I2)`, async () => {
    await withWorld({ tls }, async (world) => {
      const client = await world.signedIn();
      const reply = await client.deliver({
        from: "anna@example.test",
        to: ["bob@example.com", "hidden@example.net"],
        content,
      });
      assert.deepEqual(reply, { code: 250, text: "2.0.0 Queued as 4711" });
      const chunked = await client.deliver({
        from: "anna@example.test",
        to: ["bob@example.com"],
        content,
        chunkBytes: [7, 20],
      });
      assert.equal(chunked.code, 250);
      await client.quit();
      const stuffed = content.toString("latin1").replaceAll("\r\n.", "\r\n..");
      assert.deepEqual(
        world.taken.map(({ octets }) => octets),
        [stuffed, content.toString("latin1")],
        "by DATA with transparency, by BDAT as it is",
      );
      const [first, second] = await exported(world);
      assert.deepEqual([first?.content, second?.content], [content, content]);
      assert.deepEqual([first?.state, first?.source], ["accepted", "smtp-proxy"]);
      assert.deepEqual(first?.recipients, ["bob@example.com", "hidden@example.net"], "Bcc is in the record");
      assert.deepEqual(
        [first?.addenda[0]?.facts?.outcome, first?.addenda[0]?.facts?.reply],
        ["accepted", "250 2.0.0 Queued as 4711"],
      );
      await world.gateway.verify();
      await assertSealed(world.gateway.dataDirectory, [
        "for the record",
        "bob@example.com",
        "Queued as",
        user.password,
      ]);
    });
  });
}

test("killed in the middle of a message, and when the upstream has accepted one: what was accepted is there", async () => {
  const accepted = Promise.withResolvers<void>();
  let kill = (): void => undefined;
  const verdict = (): string => {
    kill();
    accepted.resolve();
    return "250 2.0.0 Queued as 4711";
  };
  await withWorld({ verdict }, async (world) => {
    const { gateway, upstream, taken } = world;
    const envelope = { from: "anna@example.test", to: ["bob@example.com"] };
    const half = await world.signedIn();
    await half.command(`MAIL FROM:<${envelope.from}>`, 250);
    await half.command("RCPT TO:<bob@example.com>", 250);
    await half.command("DATA", 354);
    await half.peer.send("half a message\r\n");
    await waitFor("the first half at the upstream", () => upstream.peers[0]?.encrypted.includes("half") === true);
    await gateway.kill();
    await waitFor("the upstream to be left", () => upstream.peers[0]?.isGone === true);
    assert.deepEqual(taken, [], "no end of data: for the upstream there was no message");
    await gateway.startAgain();

    const client = await world.signedIn();
    const lost = client.deliver({ ...envelope, content }).catch(() => "lost");
    const { pid } = gateway;
    kill = () => process.kill(pid, "SIGKILL");
    await accepted.promise;
    assert.equal(await lost, "lost", "the client was not told of a success");
    await gateway.kill();
    await gateway.startAgain();
    const [message, ...more] = await exported(world);
    assert.deepEqual([message?.state, message?.content, more.length], ["unknown", content, 0]);
    await gateway.verify();
  });
});

test("stopped while the verdict is awaited: the client hears 451, the message is kept as unknown", async () => {
  const heard = Promise.withResolvers<void>();
  const verdict = (): undefined => {
    heard.resolve();
  };
  await withWorld({ verdict }, async (world) => {
    const client = await world.signedIn();
    const told = client.deliver({ from: "anna@example.test", to: ["bob@example.com"], content }).catch(() => undefined);
    await heard.promise;
    assert.equal(await world.gateway.stop(), 0);
    await told;
    const [message] = await exported(world);
    assert.deepEqual([message?.state, message?.content], ["unknown", content]);
    assert.equal(message?.addenda[0]?.facts?.outcome, "unknown");
  });
});

test("on port 25 nobody signs in; the submission port takes journal copies as well", async () => {
  await withWorld({}, async ({ gateway, mailbox }) => {
    const ca = await gateway.certificate();
    const relay = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { ca, host: "localhost" } });
    const hello = await relay.command("EHLO client.test", 250);
    assert.doesNotMatch(hello.text, /^AUTH/m);
    assert.equal((await relay.command("AUTH PLAIN AGEAYg==")).code, 502);
    const submission = await SmtpClient.connect({ port: gateway.ports.submissions, tls: { ca, host: "localhost" } });
    await submission.command("EHLO journal.test", 250);
    const reply = await submission.deliver({ from: "", to: [mailbox.address], content });
    assert.match(reply.text, /^2\.0\.0 Kept /);
  });
});

/** None of the texts stands in any file below a directory (I4). */
async function assertSealed(path: string, texts: readonly string[]): Promise<void> {
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const octets = await readFile(join(entry.parentPath, entry.name));
    for (const text of texts) assert.ok(!octets.includes(text), `${entry.name} holds ${text}`);
  }
}
