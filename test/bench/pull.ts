// SPDX-License-Identifier: Apache-2.0

/**
 * Pulling a maildrop by POP3S: Postern unseals every message, beside Dovecot with plain files and with mail-crypt. One
 * client for all, rounds in turn.
 */
import { join } from "node:path";
import { Dovecot, dovecotPassword } from "../support/dovecot.ts";
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { startBenchGateway } from "./bench-gateway.ts";
import type { BenchRun, Figures } from "./bench-run.ts";
import { compare } from "./comparison.ts";
import { rateColumns } from "./intake.ts";
import { cpuMsOf } from "./process-cost.ts";
import { progress } from "./report.ts";

const messageBytes = 75_000;
const messages = 5000;
/** RETR commands under way, as mpop and Dovecot's own clients do. */
const window = 32;

interface PullPeer {
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** `share` (0 to 1) takes that share of the messages. */
export async function benchPull(run: BenchRun): Promise<void> {
  const count = Math.max(window, Math.round(messages * run.share));
  const peers: PullPeer[] = [];
  try {
    peers.push(await filledPostern(run, count));
    peers.push(await filledDovecot("Dovecot, plain files", count, {}));
    peers.push(await filledDovecot("Dovecot, mail-crypt", count, { mailCrypt: true }));
    await compare(
      run,
      {
        title: `Pull by POP3S, ${count} x 75 KB, one connection, ${window} RETR under way`,
        method: "One client signs in and fetches everything; its sign-in does not count.",
        columns: rateColumns,
        goals: [
          { figure: "perSecond", over: "Dovecot, plain files", atLeast: 2 },
          { figure: "perSecond", over: "Dovecot, mail-crypt", atLeast: 6 },
        ],
      },
      peers.map((peer) => ({ name: peer.name, measure: () => fetchAll(peer, count) })),
    );
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
}

async function fetchAll({ port, user, password, pid }: PullPeer, count: number): Promise<Figures> {
  const client = join(import.meta.dirname, "pull-client.ts");
  const cpuBefore = await cpuMsOf(pid);
  const args = [client, String(port), user, password, String(window)];
  const { stdout } = await runProgram(process.execPath, args);
  const printed: unknown = JSON.parse(stdout.toString());
  const { seconds, fetched } = resultOf(printed);
  if (fetched !== count) throw new Error(`${fetched} messages instead of ${count}`);
  const perSecond = count / seconds;
  const cpuMs = ((await cpuMsOf(pid)) - cpuBefore) / count;
  return { perSecond, cpuMs, megabytes: (perSecond * messageBytes) / 1e6 };
}

function resultOf(printed: unknown): { readonly seconds: number; readonly fetched: number } {
  const fields = new Map(Object.entries(printed ?? {}));
  return { seconds: Number(fields.get("seconds")), fetched: Number(fields.get("messages")) };
}

async function filledPostern(run: BenchRun, count: number): Promise<PullPeer> {
  const gateway = await startBenchGateway(run);
  const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
  await fill(count, ["-t", mailbox.address, `127.0.0.1:${gateway.ports.smtp}`]);
  return {
    name: "Postern (unsealed)",
    port: gateway.ports.pop3s,
    user: mailbox.id,
    password: mailbox.password,
    pid: gateway.pid,
    stop: () => gateway.remove(),
  };
}

async function filledDovecot(
  name: string,
  count: number,
  options: { readonly mailCrypt?: boolean },
): Promise<PullPeer> {
  const dovecot = await Dovecot.start(options);
  await fill(count, ["-L", "-t", "bench", `127.0.0.1:${dovecot.ports.lmtp}`]);
  return {
    name,
    port: dovecot.ports.pop3s,
    user: "bench",
    password: dovecotPassword,
    pid: dovecot.pid,
    stop: () => dovecot.stop(),
  };
}

async function fill(count: number, to: readonly string[]): Promise<void> {
  progress(`filling: ${count} messages`);
  const load = ["-s", "10", "-m", String(count), "-l", String(messageBytes), "-d", "-f", "sender@bench.test"];
  await runProgram(peerPath("smtp-source"), [...load, ...to]);
}
