// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Dovecot } from "../support/dovecot.ts";
import { Postfix, userId } from "../support/postfix.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { startBenchGateway } from "./bench-gateway.ts";
import type { BenchRun } from "./bench-run.ts";
import { startHaraka } from "./haraka.ts";
import type { SourceTarget } from "./smtp-source-load.ts";

/** Something that takes mail and answers 250. All but one of them would keep it through a power cut. */
export interface IntakePeer extends SourceTarget {
  readonly name: string;
  /** All of its work is done in this process and its descendants. */
  pid(): Promise<number>;
  /** Resolves when nothing that was accepted is under way any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Everybody beside whom intake is measured; the first one is ours. */
export const intakePeers = {
  postern: startPostern,
  postfix: startPostfix,
  dovecot: () => startDovecot("Dovecot LMTP -> Maildir", {}),
  dovecotCrypt: () => startDovecot("Dovecot LMTP, mail-crypt", { mailCrypt: true }),
  smtpServer: startSmtpServer,
  haraka: (_run: BenchRun, tls?: CertificateFiles) => startHaraka("queue", tls),
  harakaDiscard: (_run: BenchRun, tls?: CertificateFiles) => startHaraka("discard", tls),
} satisfies Readonly<Record<string, (run: BenchRun, tls?: CertificateFiles) => Promise<IntakePeer | undefined>>>;

/** What a peer shows when it is asked for STARTTLS. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export type PeerKey = keyof typeof intakePeers;

/** Starts them one after the other, and stops those that run when one does not start. */
export async function startPeers(
  run: BenchRun,
  keys: readonly PeerKey[],
  tls?: CertificateFiles,
): Promise<readonly (readonly [PeerKey, IntakePeer])[]> {
  const started: (readonly [PeerKey, IntakePeer])[] = [];
  try {
    for (const key of keys) {
      const peer = await intakePeers[key](run, tls);
      if (peer !== undefined) started.push([key, peer]);
    }
  } catch (error) {
    await Promise.all(started.map(([, peer]) => peer.stop()));
    throw error;
  }
  return started;
}

async function startPostern(run: BenchRun, tls?: CertificateFiles): Promise<IntakePeer> {
  const gateway = await startBenchGateway(run, certificateSettings(tls));
  const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
  return {
    name: "Postern (sealed)",
    port: gateway.ports.smtp,
    recipient: mailbox.address,
    lmtp: false,
    pid: async () => gateway.pid,
    settled: async () => undefined,
    stop: () => gateway.remove(),
  };
}

/** The settings of a gateway that shows this certificate. */
export function certificateSettings(tls?: CertificateFiles): readonly string[] {
  if (tls === undefined) return [];
  const { certificateFile, keyFile } = tls;
  return [`tls.certificate_file = "${certificateFile}"`, `tls.key_file = "${keyFile}"`];
}

/** With room for 500 senders: a process each. */
const manyProcesses = "default_process_limit = 600\nsmtpd_client_connection_count_limit = 0\n";

async function startPostfix(_run: BenchRun, tls?: CertificateFiles): Promise<IntakePeer> {
  const directory = await temporaryDirectory("bench-maildir");
  const maildir = join(directory, "mail");
  await mkdir(maildir);
  const nobody = await userId("nobody");
  await chown(maildir, nobody, nobody);
  const encrypted =
    tls === undefined
      ? ""
      : `smtpd_tls_security_level = may\nsmtpd_tls_cert_file = ${tls.certificateFile}\nsmtpd_tls_key_file = ${tls.keyFile}\n`;
  const postfix = await Postfix.start({ maildir: join(maildir, "box"), more: manyProcesses + encrypted });
  return {
    name: "Postfix -> Maildir",
    port: postfix.port,
    recipient: "box@bench.test",
    lmtp: false,
    pid: () => postfix.pid(),
    settled: () => postfix.drained(),
    async stop() {
      await postfix.stop();
      await removeDirectory(directory);
    },
  };
}

async function startDovecot(name: string, options: { readonly mailCrypt?: boolean }): Promise<IntakePeer> {
  const dovecot = await Dovecot.start(options);
  return {
    name,
    port: dovecot.ports.lmtp,
    recipient: "bench",
    lmtp: true,
    pid: async () => dovecot.pid,
    settled: async () => undefined,
    stop: () => dovecot.stop(),
  };
}

async function startSmtpServer(_run: BenchRun, tls?: CertificateFiles): Promise<IntakePeer> {
  const directory = await temporaryDirectory("bench-smtp-server");
  const program = join(import.meta.dirname, "smtp-server-fsync.ts");
  const child = spawn(
    process.execPath,
    [program, directory, ...(tls === undefined ? [] : [tls.certificateFile, tls.keyFile])],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const port = Number(await firstLine(child));
  return {
    name: "smtp-server + fsync",
    port,
    recipient: "box@bench.test",
    lmtp: false,
    pid: async () => child.pid ?? 0,
    settled: async () => undefined,
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      await removeDirectory(directory);
    },
  };
}

/** The first line that a child prints: how our own programs tell their port. */
export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the child has no output");
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the child ended without a word");
}
