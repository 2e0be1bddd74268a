// SPDX-License-Identifier: Apache-2.0
/** The client side of every mechanism against Dovecot and against Postfix with Dovecot's SASL, over verified TLS. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { SecretBytes } from "../../src/base/secret.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseTarget, type Target } from "../../src/protocol/proxy-user-name.ts";
import type { Credentials } from "../../src/protocol/sasl/credentials.ts";
import { createDialer } from "../../src/upstream/configured-dialer.ts";
import type { UpstreamDialer } from "../../src/upstream/dial.ts";
import { Dovecot, dovecotPassword } from "../support/dovecot.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { Postfix } from "../support/postfix.ts";
import { RecordingSink } from "../support/recording-sink.ts";

const tokenKey = "a-secret-of-the-token-issuer-and-of-dovecot";
/** A blank, a comma and an equals sign have to be escaped in SCRAM and OAUTHBEARER. */
const passwordUsers = ["anna@example.test", "o'neil, anna=b"];

function password(userName: string, text: string): Credentials {
  return { kind: "password", userName, password: SecretBytes.fromText(text) };
}

function token(userName: string, key: string): Credentials {
  return { kind: "token", userName, token: SecretBytes.fromText(webToken(userName, key)) };
}

/** RFC 7519 with HS256, valid from 2000 to 2100. */
function webToken(email: string, key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: "test", sub: email, email, iat: 946_684_800, nbf: 946_684_800, exp: 4_102_444_800 };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

function target(port: number): Target {
  const parsed = parseTarget(`localhost:${port}`);
  assert.ok(parsed);
  return parsed;
}

async function dialerFor(caFile: string, ports: readonly number[]): Promise<UpstreamDialer> {
  const allowed = ports.flatMap((port) => [`"127.0.0.1:${port}"`, `"[::1]:${port}"`]);
  const text = `[gateway]\nhost_name = "gateway.test"\n[proxy]\nallowed_targets = [${allowed.join(", ")}]
[proxy.ca_files]\nlocalhost = ${JSON.stringify(caFile)}\n`;
  return createDialer(loadConfig({ text, environment: {} }));
}

/** Signs in by every protocol and door, right and wrong. */
async function signIns(mechanism: string, good: Credentials[], bad: () => Credentials): Promise<void> {
  const sink = await RecordingSink.start();
  const dovecot = await Dovecot.start({ mechanisms: [mechanism], tokenKey, submissionRelay: sink.port });
  try {
    const { certificateFile, keyFile, authSocket } = dovecot;
    const postfix = await Postfix.start({ submission: { certificateFile, keyFile, authSocket } });
    try {
      const { pop3, pop3s, submission } = dovecot.ports;
      const smtpPorts = [submission, ...Object.values(postfix.submissionPorts)];
      const dialer = await dialerFor(certificateFile, [pop3, pop3s, ...smtpPorts]);
      for (const credentials of [...good, bad()]) {
        const expected = good.includes(credentials) ? "signed-in" : "refused";
        // Dovecot announces USER whatever it takes, and refuses PASS when PLAIN is none of it.
        for (const port of [pop3, pop3s]) {
          const result = await dialer.dialPop3(target(port), credentials);
          assert.equal(result.kind, expected, `${credentials.userName} by POP3: ${JSON.stringify(result)}`);
          if (result.kind === "signed-in") assert.equal(result.mechanism, mechanism);
          if (result.kind === "refused") assert.equal(result.blames, "credentials", JSON.stringify(result.verdict));
          if (result.kind === "signed-in") await result.connection.end();
        }
        for (const port of smtpPorts) {
          const result = await dialer.dialSmtp(target(port), credentials);
          assert.equal(result.kind, expected, `${credentials.userName} by SMTP: ${JSON.stringify(result)}`);
          if (result.kind === "signed-in") assert.equal(result.mechanism, mechanism);
          if (result.kind === "refused") assert.equal(result.blames, "credentials", JSON.stringify(result.verdict));
          if (result.kind === "signed-in") await result.connection.end();
        }
      }
    } finally {
      await postfix.stop();
    }
  } finally {
    await dovecot.stop();
    await sink.stop();
  }
}

// Each has servers of its own, whose start is mostly waiting.
const options = { skip: skipWithoutPeers(["dovecot", "postfix"], { root: true }), concurrency: 3 };

suite("signing in at real servers", options, () => {
  for (const mechanism of ["PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"])
    test(mechanism, () =>
      signIns(
        mechanism,
        passwordUsers.map((user) => password(user, dovecotPassword)),
        () => password("anna@example.test", "wrong-password"),
      ),
    );
  for (const mechanism of ["XOAUTH2", "OAUTHBEARER"])
    test(mechanism, () =>
      signIns(mechanism, [token("anna@example.test", tokenKey)], () => token("anna@example.test", "another-key")),
    );
});
