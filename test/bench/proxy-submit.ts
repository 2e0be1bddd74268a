// SPDX-License-Identifier: Apache-2.0

/** Submissions to an SMTP server that keeps nothing: through the recording proxy, through nginx, and directly. */
import { join } from "node:path";
import type { CreatedMailbox } from "../support/gateway-process.ts";
import { proxyUserName } from "../support/proxied-gateway.ts";
import { runProgram } from "../support/run-program.ts";
import { cpuMsOf } from "./process-cost.ts";
import type { BenchSize, ProxyBench } from "./proxy.ts";
import { isRecorded } from "./proxy-fetch.ts";
import { judged, median, printTable, progress } from "./report.ts";

const workloads = [
  { label: "75 KB", bytes: 75_000, messages: 2000 },
  { label: "1 MiB", bytes: 1 << 20, messages: 200 },
];
const sessions = 20;
/** Rounds that warm caches and code: the compiler is at work for some thousand messages. */
const warmUps = 2;
/** Times nginx. */
const target = 0.8;

interface Side {
  readonly name: string;
  readonly port: number;
  readonly pid: number | undefined;
  user(): Promise<string>;
  check(): Promise<void>;
}

interface Figure {
  readonly perSecond: number;
  readonly cpuMs: number;
}

export async function benchSubmitting(bench: ProxyBench, { rounds, share }: BenchSize): Promise<void> {
  for (const { label, bytes, messages } of workloads) {
    const count = Math.max(sessions, Math.round(messages * share));
    const figures = new Map<Side, Figure[]>(sidesOf(bench, count).map((side) => [side, []]));
    for (let round = 1 - warmUps; round <= rounds; round++)
      for (const [side, taken] of figures) {
        progress(`submitting ${label}, round ${round} of ${rounds}: ${side.name}`);
        const figure = await submitAll(side, count, bytes);
        if (round > 0) taken.push(figure);
      }
    report(`SMTP submission, ${count} x ${label}, ${sessions} sessions`, bytes, figures);
  }
}

function sidesOf({ gateway, nginx, nginxPorts, sink }: ProxyBench, count: number): readonly Side[] {
  const plain = { user: async () => "bench", check: async () => undefined };
  let mailbox: CreatedMailbox;
  return [
    {
      name: "Postern (recorded)",
      port: gateway.ports.submissions,
      pid: gateway.pid,
      async user() {
        mailbox = await gateway.createMailbox("bench");
        return proxyUserName("bench", sink.port, mailbox);
      },
      check: () => isRecorded(gateway, mailbox, count),
    },
    { name: "nginx stream", port: nginxPorts.submissions, pid: nginx.pid, ...plain },
    { name: "the server itself", port: sink.port, pid: undefined, ...plain },
  ];
}

async function submitAll(side: Side, count: number, bytes: number): Promise<Figure> {
  const { port, pid } = side;
  const client = join(import.meta.dirname, "submit-client.ts");
  const args = [client, String(port), await side.user(), "password", String(sessions), String(count), String(bytes)];
  const cpuBefore = pid === undefined ? 0 : await cpuMsOf(pid);
  const { stdout } = await runProgram(process.execPath, args);
  const cpuMs = pid === undefined ? 0 : ((await cpuMsOf(pid)) - cpuBefore) / count;
  await side.check();
  const fields = new Map<string, unknown>(Object.entries(JSON.parse(stdout.toString())));
  return { perSecond: count / Number(fields.get("seconds")), cpuMs };
}

function report(title: string, bytes: number, figures: ReadonlyMap<Side, readonly Figure[]>): void {
  const rows = [...figures].map(([{ name, pid }, taken]) => ({
    name,
    perSecond: median(taken.map((figure) => figure.perSecond)),
    cpu: pid === undefined ? "" : median(taken.map((figure) => figure.cpuMs)).toFixed(2),
    spread: taken.map((figure) => figure.perSecond.toFixed(0)).join(" "),
  }));
  const [ours, nginx] = rows;
  if (ours === undefined) return;
  printTable(title, [
    ["", "messages/s", "MB/s", "proxy CPU ms/message", "Postern is", "rounds"],
    ...rows.map((row) => [
      row.name,
      row.perSecond.toFixed(0),
      ((row.perSecond * bytes) / 1e6).toFixed(0),
      row.cpu,
      row === nginx ? judged(ours.perSecond / row.perSecond, target) : "",
      row.spread,
    ]),
  ]);
}
