// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { selfSigned } from "../support/dovecot.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { startBenchGateway } from "./bench-gateway.ts";
import type { BenchRun } from "./bench-run.ts";
import { certificateSettings, firstLine } from "./intake-peers.ts";

/** A process that greets whoever connects. */
export interface GreetingSide {
  readonly name: string;
  readonly pid: number;
  readonly ports: { readonly plain: number; readonly tls: number };
}

export const bareServerName = "bare Node.js server";

/**
 * Runs `work` with Postern, its SMTP ports, and beside it the least that Node.js can do, with the same certificate; `env`
 * is added to the environment of both.
 */
export async function withGreetingSides(
  run: BenchRun,
  work: (sides: readonly GreetingSide[]) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const directory = await temporaryDirectory("bench-greeting");
  await selfSigned(directory);
  const files = { certificateFile: join(directory, "certificate.pem"), keyFile: join(directory, "key.pem") };
  const many = ["limits.connections = 20000", "limits.connections_per_address = 20000"];
  const gateway = await startBenchGateway(run, [...certificateSettings(files), ...many], env);
  const program = join(import.meta.dirname, "bare-server-process.ts");
  const bare = spawn(process.execPath, [program, files.certificateFile, files.keyFile], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  try {
    const [plain = 0, tls = 0] = (await firstLine(bare)).split(" ").map(Number);
    await work([
      { name: "Postern", pid: gateway.pid, ports: { plain: gateway.ports.smtp, tls: gateway.ports.submissions } },
      { name: bareServerName, pid: bare.pid ?? 0, ports: { plain, tls } },
    ]);
  } finally {
    const gone = once(bare, "exit");
    bare.kill("SIGTERM");
    await gone;
    await gateway.remove();
    await removeDirectory(directory);
  }
}
