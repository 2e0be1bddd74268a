// SPDX-License-Identifier: Apache-2.0
/** Old protocols and weak ciphers, asked for by another program at every TLS listener (RFC 9325 §3.1.1, §4.1, §4.2). */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { GatewayProcess } from "../support/gateway-process.ts";
import { peerPath, skipWithoutPeers } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { freePorts } from "../support/temporary.ts";
import { waitFor } from "../support/wait-for.ts";
import { type TlsListener, tlsListeners } from "./tls-listeners.ts";

/** Security level 0: the asking program itself must allow all, or its own refusal would look like the gateway's. */
const refused: Readonly<Record<string, readonly string[]>> = {
  "TLS 1.0": ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
  "TLS 1.1": ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
  "no forward secrecy": ["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:@SECLEVEL=0"],
  "CBC with SHA-1": ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"],
  "CBC with SHA-2": ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0"],
  "no encryption": ["-tls1_2", "-cipher", "eNULL:@SECLEVEL=0"],
  "finite fields": ["-tls1_3", "-groups", "ffdhe2048:ffdhe3072:ffdhe8192"],
  "slow curves": ["-tls1_3", "-groups", "P-521:X448"],
  "no certificate": ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"],
};
const taken: Readonly<Record<string, readonly string[]>> = {
  "TLS 1.2": ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  "TLS 1.3": ["-tls1_3", "-groups", "X25519"],
  "TLS 1.3 with P-256": ["-tls1_3", "-groups", "P-256"],
};

/** The cipher that was agreed on, or `undefined`. */
async function agreed(
  { port, startTls }: Omit<TlsListener, "name">,
  options: readonly string[],
): Promise<string | undefined> {
  const upgrade =
    startTls === undefined ? [] : ["-starttls", startTls, ...(startTls === "smtp" ? ["-name", "a.test"] : [])];
  const args = ["s_client", "-connect", `127.0.0.1:${port}`, ...upgrade, ...options];
  const { stdout } = await runProgram(peerPath("openssl"), args, { input: "", accept: [0, 1] });
  const cipher = /^(?:New|Reused), .*, Cipher is (\S+)$/m.exec(stdout.toString())?.[1];
  assert.ok(cipher !== undefined, `no handshake was tried: ${stdout.toString().slice(0, 500)}`);
  return cipher === "(NONE)" ? undefined : cipher;
}

suite("TLS as others ask for it", { skip: skipWithoutPeers(["openssl"]) }, () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(async () => gateway.remove());

  for (const index of [0, 1, 2, 3, 4, 5])
    test(`listener ${index + 1} of 6: what is old or weak is refused, what is good is taken`, async () => {
      const listener = tlsListeners(gateway.ports)[index];
      assert.ok(listener !== undefined);
      for (const [name, options] of Object.entries(refused))
        assert.equal(await agreed(listener, options), undefined, `${listener.name}: ${name}`);
      for (const [name, options] of Object.entries(taken))
        assert.notEqual(await agreed(listener, options), undefined, `${listener.name}: ${name}`);
    });

  test("the questions are real: a server that takes everything takes them", async () => {
    const [port = 0] = await freePorts(1);
    const tls = (name: string): string => join(gateway.dataDirectory, "tls", name);
    const files = ["-cert", tls("certificate.pem"), "-key", tls("key.pem")];
    const args = ["s_server", "-accept", `127.0.0.1:${port}`, ...files, "-cipher", "ALL:eNULL:@SECLEVEL=0", "-quiet"];
    const server = spawn(peerPath("openssl"), args, { stdio: "ignore" });
    try {
      await waitFor(
        "openssl s_server",
        async () => (await agreed({ port }, ["-tls1_2"]).catch(() => undefined)) !== undefined,
      );
      for (const name of [
        "TLS 1.0",
        "TLS 1.1",
        "CBC with SHA-1",
        "CBC with SHA-2",
        "no encryption",
        "no certificate",
        "finite fields",
        "slow curves",
      ])
        assert.notEqual(await agreed({ port }, refused[name] ?? []), undefined, name);
    } finally {
      server.kill("SIGKILL");
    }
  });
});
