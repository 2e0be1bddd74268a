// SPDX-License-Identifier: Apache-2.0
/** Notices by e-mail to another program's mail server: TLS both ways, with and without a sign-in. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { SendResult } from "../../src/notify/channel.ts";
import { EmailChannel } from "../../src/notify/email-channel.ts";
import type { Letter } from "../../src/notify/letter.ts";
import { subjectOf } from "../../src/notify/subject.ts";
import { systemResolver } from "../../src/upstream/resolve.ts";
import { FakeAuthority, selfSigned } from "../support/fake-certificates.ts";
import { readMessage } from "../support/notice-receivers.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { SigningMailServer, type SigningOptions } from "../support/signing-mail-server.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const user = { name: "postern@example.org", password: "Zaunkönig 17" };
let directory: string;
let authority: FakeAuthority;

before(async () => {
  directory = await temporaryDirectory("notice-mail");
  authority = await FakeAuthority.create();
  await writeFile(join(directory, "ca.pem"), authority.pem);
  await writeFile(join(directory, "password"), `${user.password}\r\n`);
  await writeFile(join(directory, "wrong"), "Zaunkönig 18");
});

after(() => removeDirectory(directory));

async function server(t: { after(stop: () => Promise<void>): void }, options: Partial<SigningOptions> = {}) {
  const certificate = options.certificate ?? (await authority.issue(["localhost"]));
  const started = await SigningMailServer.start({ tls: "starttls", ...options, certificate });
  t.after(() => started.stop());
  return started;
}

const letter: Letter = {
  id: "2f0c4b1e-0000-4000-8000-000000000000",
  atMs: Date.parse("2026-01-05T08:00:00Z"),
  hostName: "gateway.test",
  consoleUrl: "https://gateway.test:8450/",
  content: "test",
};

function send(port: number, more: Readonly<Record<string, unknown>> = {}, what: Letter = letter): Promise<SendResult> {
  const configuration = loadConfig({
    text: "",
    environment: {},
    overrides: {
      "notify.email_to": ["ops@example.org", "boss@example.org"],
      "notify.smtp_server": `localhost:${port}`,
      "notify.ca_file": join(directory, "ca.pem"),
      ...more,
    },
  });
  const channel = new EmailChannel({ configuration, clock: systemClock, resolver: systemResolver() });
  return channel.send(what, new AbortController().signal);
}

const signIn = (file: string) => ({
  "notify.smtp_user": user.name,
  "notify.smtp_password_file": join(directory, file),
});

for (const tls of ["starttls", "implicit"] as const) {
  test(`${tls}: signed in, taken for all recipients, encrypted`, async (t) => {
    const mx = await server(t, { tls, user });
    const result = await send(mx.port, { "notify.smtp_security": tls, ...signIn("password") });
    assert.deepEqual([result.outcome, result.reply.slice(0, 3)], ["delivered", "250"]);
    const [message] = mx.taken;
    assert.deepEqual(
      { ...message, content: undefined },
      {
        user: user.name,
        from: "postern@gateway.test",
        to: ["ops@example.org", "boss@example.org"],
        encrypted: true,
        content: undefined,
      },
    );
  });
}

test("a wrong password is refused in the server's words, and neither password is among them", async (t) => {
  const mx = await server(t, { user });
  const result = await send(mx.port, signIn("wrong"));
  assert.equal(result.outcome, "refused");
  assert.match(result.reply, /^535 .*Invalid username or password/);
  assert.doesNotMatch(JSON.stringify(result), /Zaunk/);
  const missing = await send(mx.port, signIn("no-such-file"));
  assert.equal(missing.outcome, "failed");
  assert.match(missing.reply, /no-such-file/);
  assert.equal(mx.taken.length, 0);
});

test("who is known gets it when another is not; when nobody is known, nobody gets it", async (t) => {
  const mx = await server(t, { unknown: ["boss@example.org", "nobody@example.org"] });
  const some = await send(mx.port);
  assert.equal(some.outcome, "delivered");
  assert.match(some.reply, /; but 1 of the recipients refused: 550 .*who is that/);
  assert.deepEqual(mx.taken[0]?.to, ["ops@example.org"]);
  const none = await send(mx.port, { "notify.email_to": ["boss@example.org", "nobody@example.org"] });
  assert.deepEqual([none.outcome, none.reply.slice(0, 3)], ["refused", "550"]);
  assert.equal(mx.taken.length, 1);
});

for (const [what, certificate] of [
  ["a self-signed certificate", () => selfSigned("localhost")],
  ["a certificate for another name", () => authority.issue(["other.test"])],
  ["an expired certificate", () => authority.issue(["localhost"], "2001-01-01")],
] as const) {
  test(`a mail server with ${what} gets nothing (I5)`, async (t) => {
    for (const tls of ["starttls", "implicit"] as const) {
      const mx = await server(t, { tls, user, certificate: await certificate() });
      const result = await send(mx.port, { "notify.smtp_security": tls, ...signIn("password") });
      assert.equal(result.outcome, "failed");
      assert.match(result.reply, /certificate/);
      assert.equal(mx.taken.length, 0);
    }
  });
}

test("a name that somebody chose cannot become a field or a recipient", {
  skip: skipWithoutPeers(["python3"]),
}, async (t) => {
  const mx = await server(t);
  const nasty = "Bücher\r\nBcc: victim@example.org\r\n\r\n.\r\nMAIL FROM:<x@example.org> ✓";
  const subject = subjectOf({
    code: "mailbox-not-pulled",
    severity: "warning",
    mailbox: `mbx-${"0".repeat(32)}`,
    mailboxName: nasty,
    at: "2026-01-01T00:00:00.000Z",
    values: { messages: 1 },
  });
  const entry = { subject, beganMs: letter.atMs, toldMs: null, endedMs: null, how: "well", again: false } as const;
  const notice = { began: [entry], passed: [], lasting: [], ended: [] };
  assert.equal((await send(mx.port, {}, { ...letter, content: notice })).outcome, "delivered");
  const { header, body, defects } = await readMessage(mx.taken[0]?.content ?? Buffer.alloc(0));
  assert.deepEqual(defects, []);
  assert.deepEqual(mx.taken[0]?.to, ["ops@example.org", "boss@example.org"]);
  assert.deepEqual(Object.keys(header).toSorted(), [
    "auto-submitted",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
  ]);
  assert.match(header["subject"] ?? "", /^\[Postern gateway\.test\] Mail of .* still waits in “Bücher Bcc: victim/);
  assert.match(body, /^\* Mail of [^\r]*\r\n {2}victim@example\.org \. MAIL FROM:<x@example\.org> ✓”\r\n/m);
  assert.match(body, /https:\/\/gateway\.test:8450\/mailboxes\/mbx-0{32}/);
});
