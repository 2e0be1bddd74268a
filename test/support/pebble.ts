// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { createSelfSigned } from "../../src/listen/certificate.ts";
import { peerPath } from "./peers.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "./temporary.ts";
import { waitFor } from "./wait-for.ts";

/** Pebble, a certificate authority for tests, for which every name leads to 127.0.0.1. It validates for real. */
export class Pebble {
  readonly directoryUrl: string;
  /** Of its own HTTPS, in PEM. */
  readonly caFile: string;
  /** Where it calls for http-01 and tls-alpn-01, in place of 80 and 443. */
  readonly httpPort: number;
  readonly tlsPort: number;
  readonly #directory: string;
  readonly #children: readonly ChildProcess[];

  private constructor(directory: string, ports: readonly number[], children: readonly ChildProcess[]) {
    const [port = 0, httpPort = 0, tlsPort = 0] = ports;
    this.directoryUrl = `https://localhost:${port}/dir`;
    this.httpPort = httpPort;
    this.tlsPort = tlsPort;
    this.caFile = join(directory, "certificate.pem");
    this.#directory = directory;
    this.#children = children;
  }

  /** `macKeys`: only accounts are taken that are bound to one of these, HMAC keys in base64url by their identifier. */
  static async start({ macKeys }: { readonly macKeys?: Readonly<Record<string, string>> } = {}): Promise<Pebble> {
    const directory = await temporaryDirectory("pebble");
    const ports = await freePorts(6);
    const [port = 0, httpPort, tlsPort, management, names, namesManagement = 0] = ports;
    const pair = await createSelfSigned(["localhost"]);
    const file = (name: string): string => join(directory, name);
    await writeFile(file("certificate.pem"), pair.certificate);
    await writeFile(file("key.pem"), pair.key, { mode: 0o600 });
    const pebble = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: file("certificate.pem"),
      privateKey: file("key.pem"),
      httpPort,
      tlsPort,
      certificateValidityPeriod: validitySeconds,
      ...(macKeys === undefined ? {} : { externalAccountBindingRequired: true, externalAccountMACKeys: macKeys }),
    };
    await writeFile(file("pebble.json"), JSON.stringify({ pebble }));
    const resolver = ["-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", ""];
    const children = [
      run("pebble-challtestsrv", [
        ...resolver,
        "-dns01",
        `127.0.0.1:${names}`,
        "-management",
        `127.0.0.1:${namesManagement}`,
      ]),
      run("pebble", ["-config", file("pebble.json"), "-strict", "-dnsserver", `127.0.0.1:${names}`]),
    ];
    for (const each of [port, namesManagement]) await waitFor(`port ${each} of pebble`, () => listens(each));
    return new Pebble(directory, ports, children);
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      const gone = once(child, "exit");
      if (child.exitCode === null && child.kill("SIGTERM")) await gone;
    }
    await removeDirectory(this.#directory);
  }
}

/** Shorter than a sign-in lasts: a test sets its clock to two thirds of it. */
export const validitySeconds = 1200;

/** Every authorization is asked for anew, challenges are called at once, and a quarter of the nonces is refused. */
const environment = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_AUTHZREUSE: "0", PEBBLE_WFE_NONCEREJECT: "25" };

function run(name: "pebble" | "pebble-challtestsrv", options: readonly string[]): ChildProcess {
  return spawn(peerPath(name), options, { stdio: "ignore", env: { ...process.env, ...environment } });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
