// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { FakeAuthority, type FakeCertificate, selfSigned } from "../../test/support/fake-certificates.ts";
import {
  FakeUpstream,
  ordinaryPop3,
  ordinarySmtp,
  type Script,
  startTlsSmtp,
  stlsPop3,
} from "../../test/support/fake-upstream.ts";
import { removeDirectory, temporaryDirectory } from "../../test/support/temporary.ts";
import { systemClock } from "../base/clock.ts";
import { SecretBytes } from "../base/secret.ts";
import { parseTarget, type Target } from "../protocol/proxy-user-name.ts";
import type { Credentials } from "../protocol/sasl/credentials.ts";
import { type DialStages, UpstreamDialer } from "./dial.ts";
import { failureReply, failureResponse } from "./failure.ts";
import { DoorMemory } from "./port-rule.ts";
import { probeUpstream } from "./probe.ts";
import { KeyDeriver } from "./sasl-crypto.ts";
import { createTargetPolicy } from "./targets.ts";
import { UpstreamTls } from "./tls.ts";
import { certificateHash, publicKeyHash, TrustStore } from "./trust.ts";

const secret = "the-users-password";
const smtpUser = { user: "anna", password: secret };
const pop3User = { ...smtpUser, messages: ["Subject: x\r\n\r\n.hello\r\n"] };
const host = "mail.example.test";

let directory = "";
let authority: FakeAuthority;
let good: FakeCertificate;

before(async () => {
  directory = await temporaryDirectory("upstream");
  authority = await FakeAuthority.create();
  good = await authority.issue([host]);
  await writeFile(join(directory, "ca.pem"), authority.pem);
});
after(() => removeDirectory(directory));

interface World {
  readonly allowed?: readonly string[];
  readonly addresses?: readonly string[];
  readonly pins?: ReadonlyMap<string, string>;
  readonly signInMs?: number;
  /** Default: the test authority for the usual host. */
  readonly caFiles?: ReadonlyMap<string, string>;
}

async function dialerFor(world: World = {}, extra: Partial<DialStages> = {}): Promise<UpstreamDialer> {
  const caFiles = world.caFiles ?? new Map([[host, join(directory, "ca.pem")]]);
  const trust = await TrustStore.load({ caFiles, pins: world.pins ?? new Map() });
  const policy = createTargetPolicy({
    allowed: world.allowed ?? ["public"],
    ownListeners: [],
    ownNames: [],
    ownAddresses: () => [],
  });
  const settings = { hostName: "gateway.example", connectMs: 10_000, signInMs: world.signInMs ?? 20_000 };
  return new UpstreamDialer(settings, {
    policy,
    resolver: () => Promise.resolve(world.addresses ?? ["127.0.0.1"]),
    tls: new UpstreamTls(trust),
    doors: new DoorMemory(),
    deriver: new KeyDeriver(),
    clock: systemClock,
    ...extra,
  });
}

function targetOf(text: string): Target {
  const target = parseTarget(text);
  assert.ok(target);
  return target;
}

function credentials(text = secret): Credentials {
  return { kind: "password", userName: "anna", password: SecretBytes.fromText(text) };
}

/** Runs an upstream for one test; afterwards no credential may have been heard in clear. */
async function withUpstream(
  options: { readonly script: Script; readonly tls: "implicit" | "by-script"; readonly certificate?: FakeCertificate },
  use: (upstream: FakeUpstream) => Promise<void>,
): Promise<void> {
  const upstream = await FakeUpstream.start({ certificate: good, ...options });
  try {
    await use(upstream);
    assert.doesNotMatch(upstream.heardInClear, /AUTH|USER|PASS|the-users/i);
    assert.equal(upstream.heardInClear.includes(Buffer.from(secret).toString("base64").slice(0, 8)), false);
  } finally {
    await upstream.stop();
  }
}

function allowing(upstream: FakeUpstream): World {
  return { allowed: [`127.0.0.0/8:${upstream.port}`] };
}

describe("signing in", () => {
  test("implicit TLS, and STARTTLS on a port that is no TLS port", async () => {
    await withUpstream({ script: ordinarySmtp(smtpUser), tls: "implicit" }, async (upstream) => {
      const dialer = await dialerFor(allowing(upstream));
      const result = await dialer.dialSmtp(targetOf(`${host}:${upstream.port}`), credentials());
      assert.equal(result.kind, "signed-in", JSON.stringify(result));
      if (result.kind !== "signed-in") return;
      assert.equal(result.mechanism, "PLAIN");
      assert.equal(result.offer.pipelining, true);
      assert.equal(result.connection.tls?.version, "TLSv1.3");
      result.connection.destroy();
    });
    await withUpstream({ script: startTlsSmtp(smtpUser), tls: "by-script" }, async (upstream) => {
      const dialer = await dialerFor(allowing(upstream));
      const target = targetOf(`${host}:${upstream.port}`);
      for (const connections of [2, 3]) {
        const result = await dialer.dialSmtp(target, credentials());
        assert.equal(result.kind, "signed-in", JSON.stringify(result));
        assert.equal(upstream.peers.length, connections, "the second time, the right door at once");
        if (result.kind === "signed-in") result.connection.destroy();
      }
    });
  });

  test("POP3S and STLS", async () => {
    for (const [script, tls] of [
      [ordinaryPop3(pop3User), "implicit"],
      [stlsPop3(pop3User), "by-script"],
    ] as const) {
      await withUpstream({ script, tls }, async (upstream) => {
        const dialer = await dialerFor(allowing(upstream));
        const result = await dialer.dialPop3(targetOf(`${host}:${upstream.port}`), credentials());
        assert.equal(result.kind, "signed-in", JSON.stringify(result));
        if (result.kind === "signed-in") result.connection.destroy();
      });
    }
  });

  test("the upstream's no is relayed with its words, and blames the right one", async () => {
    await withUpstream({ script: ordinarySmtp(smtpUser), tls: "implicit" }, async (upstream) => {
      const dialer = await dialerFor(allowing(upstream));
      const result = await dialer.dialSmtp(targetOf(`${host}:${upstream.port}`), credentials("wrong"));
      assert.equal(result.kind, "refused");
      if (result.kind !== "refused") return;
      assert.deepEqual([result.verdict.code, result.verdict.enhanced, result.blames], [535, "5.7.8", "credentials"]);
    });
    const busy: Script = async (peer) => {
      peer.send("+OK\r\n");
      await peer.line();
      peer.send("-ERR\r\n");
      await peer.line();
      peer.send("+OK\r\n");
      await peer.line();
      peer.send("-ERR [IN-USE] another client\r\n");
      await peer.closed();
    };
    await withUpstream({ script: busy, tls: "implicit" }, async (upstream) => {
      const dialer = await dialerFor(allowing(upstream));
      const result = await dialer.dialPop3(targetOf(`${host}:${upstream.port}`), credentials());
      assert.equal(result.kind, "refused");
      if (result.kind !== "refused") return;
      assert.deepEqual([result.verdict.code, result.blames], ["IN-USE", "upstream"]);
    });
  });

  test("a TLS session is used again, for the same target alone", async () => {
    await withUpstream({ script: ordinarySmtp(smtpUser), tls: "implicit" }, async (upstream) => {
      const dialer = await dialerFor(allowing(upstream));
      for (let round = 0; round < 2; round++) {
        const result = await dialer.dialSmtp(targetOf(`${host}:${upstream.port}`), credentials());
        if (result.kind === "signed-in") result.connection.destroy();
        assert.equal(result.kind, "signed-in");
      }
      assert.deepEqual(
        upstream.peers.map(({ resumed }) => resumed),
        [false, true],
      );
      const other = await dialer.dialSmtp(targetOf(`other.example.test:${upstream.port}`), credentials());
      assert.equal(other.kind === "failed" && other.cause, "certificate-untrusted");
    });
  });
});

describe("no credential leaves", () => {
  async function causeOf(
    options: {
      readonly script: Script;
      readonly tls: "implicit" | "by-script";
      readonly certificate?: FakeCertificate;
    },
    world: World = {},
    name = host,
  ): Promise<string> {
    let cause = "";
    await withUpstream(options, async (upstream) => {
      const dialer = await dialerFor({ ...allowing(upstream), ...world });
      const result = await dialer.dialSmtp(targetOf(`${name}:${upstream.port}`), credentials());
      assert.equal(result.kind, "failed", JSON.stringify(result));
      if (result.kind !== "failed") return;
      cause = `${result.cause}: ${result.text}`;
      assert.equal(
        upstream.peers
          .map(({ encrypted }) => encrypted)
          .join("")
          .includes("AUTH"),
        false,
      );
      // Never "wrong password".
      assert.equal(failureReply(result).reply.code, 454);
      assert.equal(failureResponse(result).code, "SYS/TEMP");
    });
    return cause;
  }

  test("to an expired certificate, one for another name, one of nobody's", async () => {
    const script = ordinarySmtp(smtpUser);
    const expired = await authority.issue([host], "2020-02-03");
    assert.match(
      await causeOf({ script, tls: "implicit", certificate: expired }),
      /^certificate-expired: the certificate of mail\.example\.test expired on 2020-02-03$/,
    );
    const other = await authority.issue(["elsewhere.example", "*.example"]);
    assert.match(
      await causeOf({ script, tls: "implicit", certificate: other }),
      /^certificate-other-name: .* is for elsewhere\.example, \*\.example$/,
    );
    const own = await selfSigned(host);
    assert.match(await causeOf({ script, tls: "implicit", certificate: own }), /^certificate-untrusted: .*self-signed/);
    assert.match(
      await causeOf({ script, tls: "implicit" }, { caFiles: new Map() }),
      /^certificate-untrusted: .*unknown auth/,
    );
  });

  test("to a certificate that has the name only as its common name, or an address only as a name", async () => {
    const script = ordinarySmtp(smtpUser);
    const commonName = await selfSigned(host, []);
    await writeFile(join(directory, "own.pem"), commonName.pem);
    const trusted = { caFiles: new Map([[host, join(directory, "own.pem")]]) };
    assert.match(
      await causeOf({ script, tls: "implicit", certificate: commonName }, trusted),
      /^certificate-other-name: .*no name/,
    );
    const asName = await authority.issue([host, "localhost"]);
    const byAddress = { caFiles: new Map([["127.0.0.1", join(directory, "ca.pem")]]) };
    assert.match(
      await causeOf({ script, tls: "implicit", certificate: asName }, byAddress, "127.0.0.1"),
      /^certificate-other-name/,
    );
  });

  test("after STARTTLS as well", async () => {
    const other = await authority.issue(["elsewhere.example"]);
    const options = { script: startTlsSmtp(smtpUser), tls: "by-script", certificate: other } as const;
    assert.match(await causeOf(options), /^certificate-other-name/);
  });

  test("to a server without encryption, or with STARTTLS taken away", async () => {
    const stripped: Script = async (peer) => {
      peer.send("220 upstream.example ESMTP\r\n");
      await peer.line();
      peer.send("250-upstream.example\r\n250 AUTH PLAIN LOGIN\r\n");
      await peer.closed();
    };
    assert.match(await causeOf({ script: stripped, tls: "by-script" }), /^tls-not-offered: .*no encryption/);
  });

  test("when plaintext was injected behind the answer to STARTTLS", async () => {
    const script = startTlsSmtp(smtpUser, "250 AUTH PLAIN\r\n");
    assert.match(await causeOf({ script, tls: "by-script" }), /^response-injection/);
  });

  test("to TLS 1.1 and older", async () => {
    const old: Script = async (peer) => {
      // A ServerHello of TLS 1.1 (RFC 4346 §7.4.1.3), which says "version 3.2".
      await peer.octets(5);
      peer.send(Buffer.from(`160302002a020000260302${"00".repeat(32)}00c01300`, "hex"));
      await peer.closed();
    };
    const cause = await causeOf({ script: old, tls: "by-script" });
    assert.match(cause, /^tls-failed/);
  });

  test("when the server hangs up, says something else, or says nothing", async () => {
    const hangsUp: Script = () => Promise.resolve();
    assert.match(await causeOf({ script: hangsUp, tls: "implicit" }), /^conversation-broken/);
    const web: Script = async (peer) => {
      peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
      await peer.closed();
    };
    assert.match(await causeOf({ script: web, tls: "implicit" }), /^conversation-broken: .*malformed/);
    const silent: Script = (peer) => peer.closed();
    assert.match(
      await causeOf({ script: silent, tls: "implicit" }, { signInMs: 300 }),
      /^conversation-broken: .*stopped/,
    );
  });

  test("to a server that offers no way to sign in that we know", async () => {
    const script = ordinarySmtp({ ...smtpUser, extensions: ["AUTH GSSAPI NTLM"] });
    assert.match(await causeOf({ script, tls: "implicit" }), /^no-mechanism: .*GSSAPI NTLM$/);
  });
});

describe("a pin", () => {
  test("stands in for chain, name and dates, as certificate and as key; another certificate is refused", async () => {
    const { X509Certificate } = await import("node:crypto");
    const own = await selfSigned("whatever");
    const certificate = new X509Certificate(own.pem);
    for (const pin of [certificateHash(certificate), publicKeyHash(certificate), certificate.fingerprint256]) {
      await withUpstream({ script: ordinarySmtp(smtpUser), tls: "implicit", certificate: own }, async (upstream) => {
        const name = `${host}:${upstream.port}`;
        const dialer = await dialerFor({ ...allowing(upstream), pins: new Map([[name, pin]]) });
        const result = await dialer.dialSmtp(targetOf(name), credentials());
        assert.equal(result.kind, "signed-in", JSON.stringify(result));
        if (result.kind === "signed-in") result.connection.destroy();
      });
    }
    // Also a certificate that would be good otherwise.
    await withUpstream({ script: ordinarySmtp(smtpUser), tls: "implicit" }, async (upstream) => {
      const name = `${host}:${upstream.port}`;
      const dialer = await dialerFor({ ...allowing(upstream), pins: new Map([[name, certificateHash(certificate)]]) });
      const result = await dialer.dialSmtp(targetOf(name), credentials());
      assert.equal(result.kind === "failed" && result.cause, "certificate-not-pinned");
      assert.equal(upstream.peers.map(({ encrypted }) => encrypted).join(""), "");
    });
  });
});

describe("where connections go", () => {
  test("one bad address spoils a name, and nothing is connected to (DNS rebinding)", async () => {
    const opened: string[] = [];
    const open: DialStages["open"] = (address) => {
      opened.push(address);
      return Promise.reject(new Error("not reached"));
    };
    for (const addresses of [
      ["8.8.8.8", "127.0.0.1"],
      ["127.0.0.1"],
      ["8.8.8.8", "::ffff:7f00:1"],
      ["8.8.8.8", "10.0.0.1"],
    ]) {
      const dialer = await dialerFor({ allowed: ["public"], addresses }, { open });
      const result = await dialer.dialSmtp(targetOf(host), credentials());
      assert.equal(result.kind === "failed" && result.cause, "target-refused");
      // Looks like a wrong password, so that nobody can map our network.
      if (result.kind === "failed") assert.equal(failureReply(result).reply.code, 535);
    }
    assert.deepEqual(opened, []);
  });

  test("the name is looked up once, whatever it says the next time", async () => {
    const answers = [["8.8.8.8"], ["127.0.0.1"]];
    const opened: string[] = [];
    const dialer = await dialerFor(
      { allowed: ["public"] },
      {
        resolver: () => Promise.resolve(answers.shift() ?? []),
        open: (address, port) => {
          opened.push(`${address}:${port}`);
          return Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
        },
      },
    );
    const result = await dialer.dialSmtp(targetOf(host), credentials());
    assert.deepEqual(opened, ["8.8.8.8:465", "8.8.8.8:587"]);
    assert.equal(result.kind === "failed" && result.cause, "unreachable");
    // Which of "refused" and "no answer" it was is for the log alone.
    if (result.kind === "failed") assert.doesNotMatch(failureReply(result).reply.lines.join(""), /ECONN|465|587/);
  });

  test("one deadline for all addresses, and a connection for the one that answers", async () => {
    await withUpstream({ script: ordinarySmtp(smtpUser), tls: "implicit" }, async (upstream) => {
      const never: string[] = [];
      const dialer = await dialerFor(
        { allowed: [`127.0.0.0/8:${upstream.port}`], addresses: ["127.0.0.9", "127.0.0.1"] },
        {
          open: (address, port) => {
            if (address !== "127.0.0.1") {
              never.push(address);
              return Promise.withResolvers<never>().promise;
            }
            const socket = connect(port, address);
            return new Promise((resolve) => socket.once("connect", () => resolve(socket)));
          },
        },
      );
      const result = await dialer.dialSmtp(targetOf(`${host}:${upstream.port}`), credentials());
      assert.deepEqual(never, ["127.0.0.9"]);
      assert.equal(result.kind, "signed-in");
      if (result.kind === "signed-in") assert.equal(result.connection.peer.address, "127.0.0.1");
      if (result.kind === "signed-in") result.connection.destroy();
    });
  });
});

test("the probe tells what a target offers and whether the proxy would take it", async () => {
  await withUpstream({ script: ordinarySmtp(smtpUser), tls: "implicit" }, async (upstream) => {
    const target = targetOf(`${host}:${upstream.port}`);
    const reports = await probeUpstream(await dialerFor(allowing(upstream)), target);
    const [smtp] = reports;
    assert.equal(smtp?.takenForPasswords, true);
    assert.equal(smtp?.takenForTokens, false);
    assert.deepEqual(smtp?.mechanisms, ["PLAIN"]);
    assert.equal(smtp?.certificate?.names, `DNS:${host}`);
    assert.equal(reports.length, 1, "what it does not speak is not told");
    assert.equal(smtp?.wouldUse, "PLAIN");
    const untrusted = await probeUpstream(await dialerFor({ ...allowing(upstream), caFiles: new Map() }), target);
    assert.equal(untrusted[0]?.problem?.cause, "certificate-untrusted");
    assert.equal(untrusted[0]?.certificate?.sha256, smtp?.certificate?.sha256, "what to pin");
  });
});
