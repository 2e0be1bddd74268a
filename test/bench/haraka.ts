// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { peersRoot } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { freePorts, removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { waitFor } from "../support/wait-for.ts";
import type { CertificateFiles, IntakePeer } from "./intake-peers.ts";
import { progress } from "./report.ts";

/** A yardstick of the benchmarks alone: never a dependency of ours, none of its packages' scripts run. */
const harakaPackage = "Haraka@3.3.4";

/** Takes every recipient; with `relaying` a message goes to Haraka's own queue for other servers. */
const acceptAll = `"use strict";
exports.hook_rcpt = (next, connection) => {
  connection.relaying = true;
  next(OK);
};
`;

/** Its own default but for the sizes: 25 MiB and more, lines as long as they come. Sections that are missing break it. */
const connectionIni = `[max]
bytes=0
data_line_length=100000
[message]
helo=Haraka is at your service.
[headers]
add_received=true
max_lines=1000
max_received=100
[uuid]
banner_chars=6
[haproxy]
enabled=false
`;

/**
 * `queue`: Haraka's own queue, a synced file a message, whose deliveries wait. `discard`: Haraka's plugin that throws
 * everything away, which is as fast as Haraka can be. Resolves to `undefined` when it is not there and cannot be
 * installed.
 */
export async function startHaraka(kind: "queue" | "discard", tls?: CertificateFiles): Promise<IntakePeer | undefined> {
  const program = await installedHaraka();
  if (program === undefined) return undefined;
  const directory = await temporaryDirectory("haraka");
  const [port = 0] = await freePorts(1);
  await configure(directory, port, { kind, tls });
  const child = spawn(process.execPath, [program], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, HARAKA: directory, ...(kind === "discard" ? { YES_REALLY_DO_DISCARD: "1" } : {}) },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      // It would wait half a minute for its connections, and for its queue.
      child.kill("SIGKILL");
      await gone;
    }
    await removeDirectory(directory);
  };
  try {
    await waitFor("Haraka to listen", async () => {
      if (child.exitCode !== null) throw new Error("Haraka ended at start");
      return listens(port);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: kind === "queue" ? "Haraka, queue on disk" : "Haraka, throws away",
    port,
    recipient: "box@bench.test",
    lmtp: false,
    pid: async () => child.pid ?? 0,
    settled: async () => undefined,
    stop,
  };
}

/** The file of the program, below the directory of other peers that are not packages of Debian. */
async function installedHaraka(): Promise<string | undefined> {
  const home = join(peersRoot, "haraka");
  const program = join(home, "node_modules/Haraka/haraka.js");
  if (existsSync(program)) return program;
  progress(`installing ${harakaPackage}`);
  try {
    await mkdir(home, { recursive: true });
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--prefix", home];
    await runProgram("npm", ["install", ...options, harakaPackage]);
  } catch (error) {
    console.log(`left out: ${harakaPackage} could not be installed: ${String(error).split("\n", 1)[0]}`);
    return undefined;
  }
  return program;
}

async function configure(
  directory: string,
  port: number,
  { kind, tls }: { readonly kind: "queue" | "discard"; readonly tls: CertificateFiles | undefined },
): Promise<void> {
  for (const name of ["config", "plugins", "queue"]) await mkdir(join(directory, name));
  await writeFile(join(directory, "plugins/accept-all.js"), acceptAll);
  const plugins = [tls === undefined ? [] : ["tls"], "accept-all", kind === "discard" ? ["queue/discard"] : []].flat();
  const files = {
    plugins: plugins.join("\n"),
    "smtp.ini": `listen=127.0.0.1:${port}\n`,
    "log.ini": "level=error\n",
    "connection.ini": connectionIni,
    // Nothing is delivered while intake is measured: one message waits, the others behind it.
    "outbound.ini": "disabled=true\nconcurrency_max=1\n",
    ...(tls === undefined ? {} : { "tls.ini": `key=${tls.keyFile}\ncert=${tls.certificateFile}\n` }),
    me: "haraka.bench.test\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, "config", name), text);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const answer = await Promise.race([
    once(socket, "data", { signal: AbortSignal.timeout(1000) }).then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}
