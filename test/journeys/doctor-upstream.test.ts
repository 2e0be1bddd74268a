// SPDX-License-Identifier: Apache-2.0
/** The real command looks at scripted servers, with the configuration that a gateway would have. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { FakeAuthority, type FakeCertificate, selfSigned } from "../support/fake-certificates.ts";
import {
  FakeUpstream,
  type FakeUpstreamOptions,
  ordinaryPop3,
  ordinarySmtp,
  startTlsSmtp,
} from "../support/fake-upstream.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
const user = { user: "anna", password: "secret" };
/** Every machine's resolver knows it. */
const host = "localhost";

suite("postern doctor upstream", () => {
  let directory: string;
  let caFile: string;
  let good: FakeCertificate;
  before(async () => {
    directory = await temporaryDirectory("doctor");
    const authority = await FakeAuthority.create();
    good = await authority.issue([host]);
    caFile = join(directory, "authority.pem");
    await writeFile(caFile, authority.pem);
  });
  after(async () => removeDirectory(directory));

  /** Allows the upstream by its address, since a name does not cover this machine's own addresses. */
  async function configure(port: number, more = ""): Promise<void> {
    const text = `[gateway]\nhost_name = "gateway.test"\n[proxy]\nallowed_targets = ["127.0.0.1:${port}", "[::1]:${port}"]\n${more}\n`;
    await writeFile(join(directory, "postern.toml"), text);
  }

  function doctor(...args: readonly string[]): Promise<ProgramResult> {
    return runProgram(process.execPath, [program, "doctor", "upstream", ...args], {
      cwd: directory,
      accept: [0, 1, 2],
    });
  }

  async function withUpstream(
    options: Omit<FakeUpstreamOptions, "certificate"> & { readonly certificate?: FakeCertificate },
    use: (port: number) => Promise<void>,
  ): Promise<void> {
    const upstream = await FakeUpstream.start({ certificate: good, ...options });
    try {
      await use(upstream.port);
      for (const { clear, encrypted } of upstream.peers) assert.doesNotMatch(clear + encrypted, /AUTH|USER|PASS/);
    } finally {
      await upstream.stop();
    }
  }

  const extensions = ["PIPELINING", "SIZE 52428800", "CHUNKING", "8BITMIME", "AUTH PLAIN LOGIN SCRAM-SHA-256"];

  test("a submission server by an authority of one's own: what it offers, that it is taken, what to write", async () => {
    await withUpstream({ script: ordinarySmtp({ ...user, extensions }), tls: "implicit" }, async (port) => {
      await configure(port);
      const { code, stdout } = await doctor(`${host}:${port}`, "--ca-file", caFile, "--json");
      assert.equal(code, 0);
      const { target, verdict, doors } = JSON.parse(stdout.toString());
      assert.equal(target, `${host}:${port}`);
      assert.deepEqual(verdict, { smtp: "taken", pop3: "not-asked" });
      assert.equal(doors.length, 1);
      const [door] = doors;
      assert.deepEqual(door.mechanisms, ["PLAIN", "LOGIN", "SCRAM-SHA-256"]);
      assert.deepEqual(
        [door.tls, door.tlsVersion, door.maxMessageBytes, door.wouldUse],
        ["implicit", "TLSv1.3", 52_428_800, "SCRAM-SHA-256"],
      );
      assert.ok(door.offers.includes("CHUNKING"));
      assert.equal(door.certificate.notAfter, "2100-01-01T00:00:00.000Z");
      assert.match(door.advice.join("\n"), /\[proxy\.ca_files\]:\n\s+"localhost:\d+" = ".*authority\.pem"/);
      const people = (await doctor(`${host}:${port}`, "--ca-file", caFile)).stdout.toString();
      assert.match(people, /SMTP, port \d+, TLS from the start: taken/);
      assert.match(people, /Largest +50\.0 MiB a message/);
      assert.match(people, new RegExp(`USER%localhost:${port}%MAILBOX-ID`));
    });
  });

  test("what the configuration trusts needs no option: a CA file, a pin", async () => {
    const own = await selfSigned(host);
    await withUpstream({ script: ordinaryPop3({ ...user, messages: [] }), tls: "implicit" }, async (port) => {
      await configure(port, `[proxy.ca_files]\n"${host}" = ${JSON.stringify(caFile)}`);
      const { code, stdout } = await doctor(`${host}:${port}`, "--json");
      assert.equal(code, 0);
      const { verdict, doors } = JSON.parse(stdout.toString());
      assert.deepEqual(verdict, { smtp: "not-asked", pop3: "taken" });
      assert.deepEqual([doors.length, doors[0].wouldUse, doors[0].advice], [1, "USER", []]);
    });
    await withUpstream({ script: ordinarySmtp(user), tls: "implicit", certificate: own }, async (port) => {
      await configure(port);
      const untrusted = await doctor(`${host}:${port}`, "--json");
      assert.equal(untrusted.code, 1);
      assert.equal(JSON.parse(untrusted.stderr).error.code, "upstream/not-taken");
      const [door] = JSON.parse(untrusted.stdout.toString()).doors;
      assert.equal(door.problem.cause, "certificate-untrusted");
      // What the advice says is done, and helps.
      const [, pin = ""] = /\[proxy\.pins\]:\n\s+(".+" = ".+")/.exec(door.advice.join("\n")) ?? [];
      await configure(port, `[proxy.pins]\n${pin}`);
      assert.equal((await doctor(`${host}:${port}`)).code, 0);
    });
  });

  test("a server that is not allowed is not connected to; the rule that is advised helps", async () => {
    let connections = 0;
    const script = async (...[peer]: Parameters<ReturnType<typeof ordinarySmtp>>): Promise<void> => {
      connections++;
      await ordinarySmtp(user)(peer);
    };
    const certificate = await selfSigned("127.0.0.1");
    await withUpstream({ script, tls: "implicit", certificate }, async (port) => {
      await configure(port + 1);
      const refused = await doctor(`127.0.0.1:${port}`, "--json");
      assert.equal(refused.code, 1);
      const [door] = JSON.parse(refused.stdout.toString()).doors;
      assert.equal(door.problem.cause, "target-refused");
      assert.equal(connections, 0);
      const [, rule = ""] = /^ {2}"(.+)"$/m.exec(door.advice.join("\n")) ?? [];
      assert.equal(rule, `127.0.0.1:${port}`);
      await writeFile(join(directory, "postern.toml"), `[proxy]\nallowed_targets = ["${rule}"]\n`);
      const allowed = await doctor(`127.0.0.1:${port}`, "--json");
      assert.equal(JSON.parse(allowed.stdout.toString()).doors[0].problem.cause, "certificate-untrusted");
      assert.equal(connections, 0, "nothing was said to a server with a wrong certificate");
    });
  });

  test("a server without encryption, and one whose encryption was taken away on the way", async () => {
    const stripped: Parameters<typeof withUpstream>[0]["script"] = async (peer) => {
      peer.send("220 upstream.example ESMTP\r\n");
      for (;;) {
        await peer.line();
        peer.send("250-upstream.example\r\n250 AUTH PLAIN LOGIN\r\n");
      }
    };
    await withUpstream({ script: stripped, tls: "by-script" }, async (port) => {
      await configure(port);
      const { code, stdout } = await doctor(`${host}:${port}`, "--json");
      assert.equal(code, 1);
      const causes = JSON.parse(stdout.toString()).doors.map(
        (door: { problem: { cause: string } }) => door.problem.cause,
      );
      assert.ok(causes.includes("tls-not-offered"), causes.join(" "));
    });
    await withUpstream({ script: startTlsSmtp(user, "250 AUTH PLAIN\r\n"), tls: "by-script" }, async (port) => {
      await configure(port);
      const { code, stdout } = await doctor(`${host}:${port}`, "--ca-file", caFile);
      assert.equal(code, 1);
      assert.match(stdout.toString(), /sent plaintext behind its answer to STARTTLS/);
    });
  });

  test("words of a hostile server reach no terminal as they are", async () => {
    const capabilities = ["USER", "IMPLEMENTATION \u001b[2J\u0007"];
    await withUpstream(
      { script: ordinaryPop3({ ...user, messages: [], capabilities }), tls: "implicit" },
      async (port) => {
        await configure(port);
        const { stdout } = await doctor(`${host}:${port}`, "--ca-file", caFile);
        assert.doesNotMatch(stdout.toString(), /[^\P{Cc}\n]/u);
        assert.match(stdout.toString(), /IMPLEMENTATION \?\[2J\?/);
      },
    );
  });

  test("wrong usage ends with 2; a CA file that is none, a switched-off proxy with 1", async () => {
    await configure(1);
    for (const args of [[], ["2001:db8::1"], ["host:0"], ["a b"]]) assert.equal((await doctor(...args)).code, 2);
    const missing = await doctor(host, "--ca-file", "nowhere.pem", "--json");
    assert.deepEqual([missing.code, JSON.parse(missing.stderr).error.code], [1, "config/unreadable"]);
    await configure(1, "enabled = false");
    const off = await doctor("192.0.2.1:25", "--json");
    assert.equal(off.code, 1);
    assert.match(JSON.parse(off.stderr).error.message, /switched off/);
  });
});
