// SPDX-License-Identifier: Apache-2.0

/** A maildrop of Dovecot, fetched through the recording proxy, through nginx, and directly; recorded in every round. */
import { join } from "node:path";
import { dovecotPassword } from "../support/dovecot.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { proxyUserName } from "../support/proxied-gateway.ts";
import { runProgram } from "../support/run-program.ts";
import { cpuMsOf } from "./process-cost.ts";
import type { BenchSize, ProxyBench } from "./proxy.ts";
import { judged, median, printTable, progress } from "./report.ts";

const workloads = [
  { label: "75 KB", bytes: 75_000, messages: 1000 },
  { label: "1 MiB", bytes: 1 << 20, messages: 100 },
];
/** Rounds that warm caches and code: the compiler is at work for some thousand messages. */
const warmUps = 4;
/** RETR commands under way. */
const windows = [32, 1];
/** Times nginx. */
const target = 0.8;
/** One RETR through the proxy against one without it, at the median. */
const addedMsLimit = 5;

interface Side {
  readonly name: string;
  readonly port: number;
  /** Of the proxy; `undefined` when there is none. */
  readonly pid: number | undefined;
  /** Asked before each round. */
  user(): Promise<string>;
  /** After each round: throws when what passed was not recorded. */
  check(): Promise<void>;
}

interface Figure {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly cpuMs: number;
}

export async function benchFetching(bench: ProxyBench, { rounds, share }: BenchSize): Promise<void> {
  for (const { label, bytes, messages } of workloads) {
    const count = Math.max(20, Math.round(messages * share));
    const user = `bench-${bytes}`;
    progress(`filling: ${count} x ${label}`);
    const load = ["-s", "10", "-m", String(count), "-l", String(bytes), "-d", "-f", "sender@bench.test"];
    const lmtp = `127.0.0.1:${bench.dovecot.ports.lmtp}`;
    await runProgram(peerPath("smtp-source"), [...load, "-L", "-t", user, lmtp]);
    for (const window of windows) {
      const figures = new Map<Side, Figure[]>(sidesOf(bench, user, count).map((side) => [side, []]));
      for (let round = 1 - warmUps; round <= rounds; round++)
        for (const [side, taken] of figures) {
          progress(`${label}, window ${window}, round ${round} of ${rounds}: ${side.name}`);
          const figure = await fetchAll(side, count, window);
          if (round > 0) taken.push(figure);
        }
      report(`POP3 RETR, ${count} x ${label}, ${window} under way`, bytes, figures, window === 1);
    }
  }
}

function sidesOf({ gateway, nginx, nginxPorts, dovecot }: ProxyBench, user: string, count: number): readonly Side[] {
  const plain = { user: async () => user, check: async () => undefined };
  let mailbox: CreatedMailbox;
  return [
    {
      name: "Postern (recorded)",
      port: gateway.ports.pop3s,
      pid: gateway.pid,
      // What was recorded from this maildrop into this mailbox is not recorded again, so each round has a new one.
      async user() {
        mailbox = await gateway.createMailbox("bench");
        return proxyUserName(user, dovecot.ports.pop3s, mailbox);
      },
      check: () => isRecorded(gateway, mailbox, count),
    },
    { name: "nginx stream", port: nginxPorts.pop3s, pid: nginx.pid, ...plain },
    { name: "Dovecot itself", port: dovecot.ports.pop3s, pid: undefined, ...plain },
  ];
}

/** Throws unless so many messages are in a mailbox. */
export async function isRecorded(gateway: GatewayProcess, { id }: CreatedMailbox, count: number): Promise<void> {
  const shown = JSON.stringify(await gateway.command("mailbox", "list"));
  const messages = new RegExp(`"id":"${id}"[^}]*"messages":(\\d+)`).exec(shown)?.[1];
  if (Number(messages) !== count) throw new Error(`${messages} of ${count} messages were recorded`);
}

async function fetchAll(side: Side, count: number, window: number): Promise<Figure> {
  const { port, pid } = side;
  const args = [join(import.meta.dirname, "pull-client.ts"), String(port), await side.user(), dovecotPassword];
  const cpuBefore = pid === undefined ? 0 : await cpuMsOf(pid);
  const { stdout } = await runProgram(process.execPath, [...args, String(window)]);
  const cpuMs = pid === undefined ? 0 : ((await cpuMsOf(pid)) - cpuBefore) / count;
  const fields = new Map<string, unknown>(Object.entries(JSON.parse(stdout.toString())));
  if (fields.get("messages") !== count)
    throw new Error(`${String(fields.get("messages"))} messages instead of ${count}`);
  await side.check();
  return { perSecond: count / Number(fields.get("seconds")), medianMs: Number(fields.get("medianMs")), cpuMs };
}

function report(title: string, bytes: number, figures: ReadonlyMap<Side, readonly Figure[]>, latency: boolean): void {
  const rows = [...figures].map(([{ name, pid }, taken]) => ({
    name,
    perSecond: median(taken.map((figure) => figure.perSecond)),
    medianMs: median(taken.map((figure) => figure.medianMs)),
    cpu: pid === undefined ? "" : median(taken.map((figure) => figure.cpuMs)).toFixed(2),
    spread: taken.map((figure) => figure.perSecond.toFixed(0)).join(" "),
  }));
  const [ours, nginx, direct] = rows;
  if (ours === undefined || nginx === undefined || direct === undefined) return;
  const added = ours.medianMs - direct.medianMs;
  const verdict = `${added.toFixed(2)} ms added (${added < addedMsLimit ? "reached" : "missed"}: < ${addedMsLimit})`;
  printTable(title, [
    ["", "messages/s", "MB/s", "median ms", "proxy CPU ms/message", "Postern is", "rounds"],
    ...rows.map((row) => [
      row.name,
      row.perSecond.toFixed(0),
      ((row.perSecond * bytes) / 1e6).toFixed(0),
      latency ? row.medianMs.toFixed(2) : "",
      row.cpu,
      row === ours && latency ? verdict : row === nginx ? judged(ours.perSecond / row.perSecond, target) : "",
      row.spread,
    ]),
  ]);
}
