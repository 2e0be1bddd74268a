// SPDX-License-Identifier: Apache-2.0
/**
 * I5 and I10 through the whole gateway: what an attacker between the gateway and an upstream, or a user with a target of
 * his own choice, can get. A relay in front of the upstream keeps every octet that the gateway sent.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { createGateway, type Gateway } from "../../src/gateway.ts";
import { EventList } from "../support/event-list.ts";
import { FakeAuthority, type FakeCertificate, selfSigned } from "../support/fake-certificates.ts";
import {
  FakeUpstream,
  type FakeUpstreamOptions,
  ordinaryPop3,
  ordinarySmtp,
  type Script,
  startTlsSmtp,
  stlsPop3,
} from "../support/fake-upstream.ts";
import { LinePeer } from "../support/line-peer.ts";
import { localConfiguration } from "../support/local-gateway.ts";
import { type Tamper, TapRelay } from "../support/tap-relay.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const host = "mail.example.test";
const user = "anna@example.test";
const secret = "the-users-password";
const account = { user, password: secret };
const mailbox = { ...account, messages: ["Subject: x\r\n\r\nx\r\n"] };

/** The secret and the name as they are, and in base64 wherever a group of three may begin. */
const credentialForms: readonly string[] = [secret, user].flatMap((text) =>
  ["", "x", "xx"]
    .map((before) => Buffer.from(before + text).toString("base64"))
    .map((form) => form.slice(4, -4))
    .concat(text),
);

function assertNoCredential(octets: string, what: string): void {
  for (const form of credentialForms) assert.ok(!octets.includes(form), `${what}: ${form}`);
  assert.doesNotMatch(octets, /^(?:AUTH|USER|PASS|APOP)\b/im, what);
}

/** Announces sign-in and no encryption, and refuses it when it is asked for all the same. */
function plaintextOnly(greeting: string, offer: string, no: string): Script {
  return async (peer) => {
    peer.send(greeting);
    for (;;) {
      const line = await peer.line();
      peer.send(/^(?:EHLO|CAPA)/i.test(line) ? offer : no);
    }
  };
}

interface Attack {
  readonly title: string;
  readonly cause: string;
  readonly upstream: (protocol: "smtp" | "pop3") => Omit<FakeUpstreamOptions, "certificate">;
  readonly certificate?: () => FakeCertificate;
  readonly tamper?: Tamper;
}

const ordinary = (protocol: "smtp" | "pop3"): Omit<FakeUpstreamOptions, "certificate"> => ({
  tls: "implicit",
  script: protocol === "smtp" ? ordinarySmtp(account) : ordinaryPop3(mailbox),
});
const upgrading = (protocol: "smtp" | "pop3"): Omit<FakeUpstreamOptions, "certificate"> => ({
  tls: "by-script",
  script: protocol === "smtp" ? startTlsSmtp(account) : stlsPop3(mailbox),
});

suite("attacks on the proxy's way out", () => {
  let directory: string;
  let good: FakeCertificate;
  let expired: FakeCertificate;
  let otherName: FakeCertificate;
  let ownHand: FakeCertificate;
  before(async () => {
    directory = await temporaryDirectory("proxy-attacks");
    const authority = await FakeAuthority.create();
    [good, expired, otherName, ownHand] = await Promise.all([
      authority.issue([host]),
      authority.issue([host], "2020-01-01"),
      authority.issue(["mail.example.test.evil.test"]),
      selfSigned(host),
    ]);
    await writeFile(join(directory, "ca.pem"), authority.pem);
  });
  after(async () => removeDirectory(directory));

  interface World {
    readonly gateway: Gateway;
    readonly log: EventList;
    readonly lookups: string[];
  }

  async function withGateway(
    name: string,
    { allowed, addresses }: { readonly allowed: string; readonly addresses: (name: string, time: number) => string[] },
    use: (world: World) => Promise<void>,
  ): Promise<void> {
    const log = new EventList();
    const lookups: string[] = [];
    const text = `${localConfiguration(join(directory, name.replaceAll(/\W/g, "-"))).replace("submissions = []", 'submissions = ["127.0.0.1:0"]')}
[proxy]
allowed_targets = ["${allowed}"]
[proxy.ca_files]
"${host}" = ${JSON.stringify(join(directory, "ca.pem"))}
`;
    const gateway = await createGateway(loadConfig({ text, environment: {} }), {
      log,
      resolver: (asked) => {
        lookups.push(asked);
        return Promise.resolve(addresses(asked, lookups.length));
      },
    });
    try {
      await gateway.start();
      await use({ gateway, log, lookups });
      assert.ok(!JSON.stringify(log.events).includes(secret), "no credential in the log");
    } finally {
      await gateway.stop();
    }
  }

  async function signIn({ gateway }: World, protocol: "smtp" | "pop3", target: string): Promise<string> {
    const { mailbox: made } = await gateway.mailboxes.create({ name: target });
    const name = `${user}%${target}%${made.id}`;
    const port = gateway.port(protocol === "smtp" ? "submissions" : "pop3s");
    const peer = await LinePeer.connect({ port, tls: { rejectUnauthorized: false } });
    await peer.line();
    if (protocol === "pop3") {
      await peer.send(`USER ${name}\r\nPASS ${secret}\r\n`);
      await peer.line();
    } else {
      await peer.send(`EHLO client.test\r\n`);
      while ((await peer.line())[3] === "-");
      await peer.send(`AUTH PLAIN ${Buffer.from(`\0${name}\0${secret}`).toString("base64")}\r\n`);
    }
    const answer = await peer.line();
    peer.destroy();
    return answer;
  }

  const attacks: readonly Attack[] = [
    {
      title: "a server without encryption",
      cause: "tls-not-offered",
      upstream: (protocol) => ({
        tls: "by-script",
        script:
          protocol === "smtp"
            ? plaintextOnly("220 upstream\r\n", "250-upstream\r\n250 AUTH PLAIN LOGIN\r\n", "502 5.5.1 No\r\n")
            : plaintextOnly("+OK upstream\r\n", "+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n", "-ERR no\r\n"),
      }),
    },
    {
      title: "STARTTLS taken away on the way",
      cause: "tls-not-offered",
      upstream: upgrading,
      tamper: (words) => words.replace("250-STARTTLS\r\n", "250-AUTH PLAIN\r\n").replace("STLS\r\n", "SASL PLAIN\r\n"),
    },
    {
      title: "words injected behind the answer to STARTTLS",
      cause: "response-injection",
      upstream: upgrading,
      tamper: (words) =>
        words
          .replace("220 2.0.0 Ready\r\n", "220 2.0.0 Ready\r\n250-upstream\r\n250 AUTH PLAIN\r\n")
          .replace("+OK begin\r\n", "+OK begin\r\n+OK\r\nUSER\r\n.\r\n"),
    },
    { title: "an expired certificate", cause: "certificate-expired", upstream: ordinary, certificate: () => expired },
    {
      title: "an expired certificate behind STARTTLS",
      cause: "certificate-expired",
      upstream: upgrading,
      certificate: () => expired,
    },
    {
      title: "a certificate for another name",
      cause: "certificate-other-name",
      upstream: ordinary,
      certificate: () => otherName,
    },
    { title: "a self-signed one", cause: "certificate-untrusted", upstream: ordinary, certificate: () => ownHand },
  ];

  for (const { title, cause, upstream, certificate, tamper } of attacks) {
    for (const protocol of ["smtp", "pop3"] as const) {
      test(`${title}, ${protocol}: no credential leaves`, async () => {
        const server = await FakeUpstream.start({ certificate: certificate?.() ?? good, ...upstream(protocol) });
        const tap = await TapRelay.start(server.port, tamper);
        const world = { allowed: `127.0.0.1:${tap.port}`, addresses: () => ["127.0.0.1"] };
        try {
          await withGateway(`${title} ${protocol}`, world, async (opened) => {
            const answer = await signIn(opened, protocol, `${host}:${tap.port}`);
            // Never like a wrong password: the client would ask the user for another one.
            assert.match(answer, protocol === "smtp" ? /^454 4\.7\.0 / : /^-ERR \[SYS\/TEMP\] /);
            assert.equal(opened.log.of("proxy/upstream-failed")[0]?.["cause"], cause);
          });
          assert.ok(tap.connections > 0, "the server was asked at all");
          assertNoCredential(tap.sent.toString("latin1"), "on the wire");
          // Inside TLS the wire shows nothing, so the server itself is asked what it heard.
          for (const peer of server.peers) assertNoCredential(peer.encrypted, "inside TLS");
        } finally {
          await tap.stop();
          await server.stop();
        }
      });
    }
  }

  test("the capture would show a credential: with a good server it is there, inside TLS alone", async () => {
    for (const protocol of ["smtp", "pop3"] as const) {
      const server = await FakeUpstream.start({ certificate: good, ...upgrading(protocol) });
      const tap = await TapRelay.start(server.port);
      const world = { allowed: `127.0.0.1:${tap.port}`, addresses: () => ["127.0.0.1"] };
      try {
        await withGateway(`good ${protocol}`, world, async (opened) => {
          assert.match(await signIn(opened, protocol, `${host}:${tap.port}`), /^(?:235 |\+OK)/);
        });
        assertNoCredential(tap.sent.toString("latin1"), "on the wire");
        assert.throws(() => assertNoCredential(server.peers.map(({ encrypted }) => encrypted).join(""), "inside TLS"));
      } finally {
        await tap.stop();
        await server.stop();
      }
    }
  });

  test("addresses of this machine and of inner networks are answered like a wrong password, however they are written", async () => {
    const names: Readonly<Record<string, string[]>> = {
      "loopback.evil.test": ["127.0.0.1"],
      "metadata.evil.test": ["169.254.169.254"],
      "mixed.evil.test": ["93.184.215.14", "10.0.0.1"],
      "mapped.evil.test": ["::ffff:127.0.0.1"],
    };
    const literals = [
      "127.0.0.1",
      "[::1]",
      "0.0.0.0",
      "10.1.2.3",
      "169.254.169.254",
      "[::ffff:7f00:1]",
      "[fd00::1]",
      "[fe80::1]",
      "[64:ff9b::7f00:1]",
    ];
    const world = { allowed: "public", addresses: (name: string) => names[name] ?? [] };
    await withGateway("inner networks", world, async (opened) => {
      const targets = [...Object.keys(names), ...literals];
      const answers = await Promise.all(targets.map((target) => signIn(opened, "smtp", target)));
      assert.deepEqual([...new Set(answers)], ["535 5.7.8 Credentials not accepted"]);
      assert.equal(
        opened.log.of("proxy/denied").filter(({ cause }) => cause === "target-refused").length,
        targets.length,
      );
      // Ports that are no mail ports, and the gateway itself.
      const others = ["93.184.215.14:22", "mail.example.test:6379", "localhost"];
      const more = await Promise.all(others.map((target) => signIn(opened, "pop3", target)));
      assert.deepEqual([...new Set(more.map((line) => line.slice(0, 12)))], ["-ERR [AUTH] "]);
    });
  });

  test("a name that changes its address between check and connection is looked up once (DNS rebinding)", async () => {
    const server = await FakeUpstream.start({ certificate: good, ...ordinary("smtp") });
    const tap = await TapRelay.start(server.port);
    // The first answer is refused, each later one would be taken; then the other way round.
    for (const [name, first, later] of [
      ["bad first", "10.0.0.1", "127.0.0.1"],
      ["good first", "127.0.0.1", "10.0.0.1"],
    ] as const) {
      const addresses = (_: string, time: number): string[] => [time === 1 ? first : later];
      await withGateway(name, { allowed: `127.0.0.1:${tap.port}`, addresses }, async (opened) => {
        const answer = await signIn(opened, "smtp", `${host}:${tap.port}`);
        assert.match(answer, name === "bad first" ? /^535 5\.7\.8/ : /^235 /);
        assert.deepEqual(opened.lookups, [host]);
        assert.equal(tap.connections, name === "bad first" ? 0 : 1);
      });
    }
    await tap.stop();
    await server.stop();
  });
});
