// SPDX-License-Identifier: Apache-2.0

/**
 * Every TLS listener as testssl.sh sees it: protocols, ciphers, forward secrecy, known vulnerabilities.
 *
 *   node test/hostile/tls-grade.ts
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { printTable, progress } from "../bench/report.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { type TlsListener, tlsListeners } from "./tls-listeners.ts";

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

export interface TlsGrade {
  readonly listener: string;
  readonly protocols: string;
  readonly forwardSecrecy: string;
  /** How many checks there were, and what is not as it should be. */
  readonly checks: number;
  readonly wrong: readonly string[];
}

/** What testssl.sh says when it finds nothing against it, or tells a fact. */
const harmless = new Set(["OK", "INFO", "DEBUG"]);
/** Speaks of the openssl that testssl.sh runs, which has no GOST here, and not of the listener. */
const ofItself = "engine_problem";

export async function gradeTls(): Promise<readonly TlsGrade[]> {
  const gateway = await GatewayProcess.start();
  const directory = await temporaryDirectory("testssl");
  try {
    const grades: TlsGrade[] = [];
    for (const listener of tlsListeners(gateway.ports)) {
      progress(`testssl.sh: ${listener.name}`);
      grades.push(gradeOf(listener.name, await findings(listener, join(directory, `${listener.port}.json`))));
    }
    return grades;
  } finally {
    await gateway.remove();
    await removeDirectory(directory);
  }
}

export function printGrades(grades: readonly TlsGrade[]): void {
  printTable("TLS as testssl.sh sees it", [
    ["listener", "protocols", "forward secrecy", "checks", "wrong"],
    ...grades.map(({ listener, protocols, forwardSecrecy, checks, wrong }) => [
      listener,
      protocols,
      forwardSecrecy,
      String(checks),
      String(wrong.length),
    ]),
  ]);
  for (const { listener, wrong } of grades) for (const each of wrong) console.log(`WRONG ${listener}: ${each}`);
}

async function findings({ port, startTls }: TlsListener, file: string): Promise<readonly Finding[]> {
  // Protocols, standard ciphers, forward secrecy, vulnerabilities; not the certificate, which is the administrator's.
  const what = ["-p", "-s", "-f", "-U", ...(startTls === undefined ? [] : ["-t", startTls])];
  const args = ["--quiet", "--color", "0", "--openssl", peerPath("openssl"), "--jsonfile", file, ...what];
  // It ends with the number of findings, and with a high one when it could not look.
  const { stdout } = await runProgram(peerPath("testssl"), [...args, `127.0.0.1:${port}`], {
    accept: Array.from({ length: 200 }, (_, code) => code),
  });
  const parsed: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!Array.isArray(parsed)) throw new Error(stdout.toString().slice(-2000));
  return parsed.filter(isFinding).filter(({ id }) => id !== ofItself);
}

function gradeOf(listener: string, found: readonly Finding[]): TlsGrade {
  const value = (id: string): string => found.find((each) => each.id === id)?.finding ?? "";
  const offered = ["SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3"].filter((id) =>
    value(id).startsWith("offered"),
  );
  const wrong = found
    .filter(({ severity }) => !harmless.has(severity))
    .map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`);
  // Whoever could not look must not look like somebody who found nothing.
  if (found.length < 30) wrong.push(`only ${found.length} checks were made`);
  if (offered.join() !== "TLS1_2,TLS1_3") wrong.push(`offered: ${offered.join(", ")}`);
  const forwardSecrecy = value("FS") || value("PFS");
  if (!forwardSecrecy.startsWith("offered")) wrong.push(`forward secrecy: ${forwardSecrecy}`);
  return { listener, protocols: offered.join(", "), forwardSecrecy, checks: found.length, wrong };
}

function isFinding(value: unknown): value is Finding {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map(Object.entries(value));
  return ["id", "severity", "finding"].every((name) => typeof fields.get(name) === "string");
}

if (import.meta.main) {
  const grades = await gradeTls();
  printGrades(grades);
  if (grades.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
}
