// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { GatewayProcess } from "../support/gateway-process.ts";
import { Postfix, userId } from "../support/postfix.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

/** Something that takes mail by SMTP and answers 250 when it would survive a power cut. */
export interface IntakePeer {
  readonly name: string;
  readonly port: number;
  readonly recipient: string;
  /** All of its work is done in this process and its descendants. */
  pid(): Promise<number>;
  /** Resolves when nothing that was accepted is under way any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostern(): Promise<IntakePeer> {
  const gateway = await GatewayProcess.start({ configuration: '[log]\nlevel = "warn"\n' });
  const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
  return {
    name: "Postern (sealed)",
    port: gateway.ports.smtp,
    recipient: mailbox.address,
    pid: async () => gateway.pid,
    settled: async () => undefined,
    stop: () => gateway.remove(),
  };
}

export async function startPostfix(): Promise<IntakePeer> {
  const directory = await temporaryDirectory("bench-maildir");
  const maildir = join(directory, "mail");
  await mkdir(maildir);
  const nobody = await userId("nobody");
  await chown(maildir, nobody, nobody);
  const postfix = await Postfix.start({ maildir: join(maildir, "box") });
  return {
    name: "Postfix -> Maildir",
    port: postfix.port,
    recipient: "box@bench.test",
    pid: () => postfix.pid(),
    settled: () => postfix.drained(),
    async stop() {
      await postfix.stop();
      await removeDirectory(directory);
    },
  };
}

export async function startSmtpServer(): Promise<IntakePeer> {
  const directory = await temporaryDirectory("bench-smtp-server");
  const program = join(import.meta.dirname, "smtp-server-fsync.ts");
  const child = spawn(process.execPath, [program, directory], { stdio: ["ignore", "pipe", "inherit"] });
  const port = Number(await firstLine(child));
  return {
    name: "smtp-server + fsync",
    port,
    recipient: "box@bench.test",
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

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the child has no output");
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the child ended without a word");
}
