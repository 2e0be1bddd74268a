// SPDX-License-Identifier: Apache-2.0

/**
 * Pulling a maildrop by POP3S: Postern unseals every message, beside Dovecot with plain files and with mail-crypt. One
 * client for all, rounds in turn.
 */
import { join } from "node:path";
import { Dovecot, dovecotPassword } from "../support/dovecot.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { cpuMsOf } from "./process-cost.ts";
import { judged, median, printTable, progress } from "./report.ts";

const messageBytes = 75_000;
const messages = 5000;
/** RETR commands under way, as mpop and Dovecot's own clients do. */
const window = 32;
/** Times Dovecot with plain files, times Dovecot with mail-crypt. */
const targets = [2, 6];

interface PullPeer {
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Figure {
  readonly perSecond: number;
  readonly cpuMs: number;
}

/** `share` (0 to 1) takes that share of the messages. */
export async function benchPull(rounds: number, share: number): Promise<void> {
  const count = Math.max(window, Math.round(messages * share));
  const peers: PullPeer[] = [];
  try {
    peers.push(await filledPostern(count));
    peers.push(await filledDovecot("Dovecot, plain files", count, {}));
    peers.push(await filledDovecot("Dovecot, mail-crypt", count, { mailCrypt: true }));
    const figures = new Map<PullPeer, Figure[]>(peers.map((peer) => [peer, []]));
    for (let round = 0; round <= rounds; round++)
      for (const [peer, taken] of figures) {
        progress(`pull, round ${round} of ${rounds}: ${peer.name}`);
        const figure = await fetchAll(peer, count);
        // The first round warms caches and code.
        if (round > 0) taken.push(figure);
      }
    report(count, figures);
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
}

async function fetchAll({ port, user, password, pid }: PullPeer, count: number): Promise<Figure> {
  const client = join(import.meta.dirname, "pull-client.ts");
  const cpuBefore = await cpuMsOf(pid);
  const args = [client, String(port), user, password, String(window)];
  const { stdout } = await runProgram(process.execPath, args);
  const printed: unknown = JSON.parse(stdout.toString());
  const { seconds, fetched } = resultOf(printed);
  if (fetched !== count) throw new Error(`${fetched} messages instead of ${count}`);
  return { perSecond: count / seconds, cpuMs: ((await cpuMsOf(pid)) - cpuBefore) / count };
}

function resultOf(printed: unknown): { readonly seconds: number; readonly fetched: number } {
  const fields = new Map(Object.entries(printed ?? {}));
  return { seconds: Number(fields.get("seconds")), fetched: Number(fields.get("messages")) };
}

async function filledPostern(count: number): Promise<PullPeer> {
  const gateway = await GatewayProcess.start({ configuration: '[log]\nlevel = "warn"\n' });
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

function report(count: number, figures: ReadonlyMap<PullPeer, readonly Figure[]>): void {
  const rows = [...figures].map(([{ name }, taken]) => ({
    name,
    perSecond: median(taken.map((figure) => figure.perSecond)),
    cpuMs: median(taken.map((figure) => figure.cpuMs)),
    spread: taken.map((figure) => figure.perSecond.toFixed(0)).join(" "),
  }));
  const ours = rows[0]?.perSecond ?? Number.NaN;
  printTable(`Pull by POP3S, ${count} x 75 KB, one connection, ${window} RETR under way`, [
    ["", "messages/s", "MB/s", "CPU ms/message", "Postern is", "rounds"],
    ...rows.map(({ name, perSecond, cpuMs, spread }, at) => [
      name,
      perSecond.toFixed(0),
      ((perSecond * messageBytes) / 1e6).toFixed(0),
      cpuMs.toFixed(2),
      at === 0 ? "" : judged(ours / perSecond, targets[at - 1] ?? Number.NaN),
      spread,
    ]),
  ]);
}
