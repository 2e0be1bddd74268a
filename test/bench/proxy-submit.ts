// SPDX-License-Identifier: Apache-2.0

/** Submissions to an SMTP server that keeps nothing: through the recording proxy, through nginx, and directly. */
import { join } from "node:path";
import type { CreatedMailbox } from "../support/gateway-process.ts";
import { proxyUserName } from "../support/proxied-gateway.ts";
import { runProgram } from "../support/run-program.ts";
import type { BenchRun, Figures } from "./bench-run.ts";
import { compare } from "./comparison.ts";
import { rateColumns } from "./intake.ts";
import { cpuMsOf } from "./process-cost.ts";
import type { ProxyBench } from "./proxy.ts";
import { isRecorded, nginxName } from "./proxy-fetch.ts";

const workloads = [
  { label: "75 KB", bytes: 75_000, messages: 2000 },
  { label: "1 MiB", bytes: 1 << 20, messages: 200 },
];
const sessions = 20;
/** Rounds that warm caches and code: the compiler is at work for some thousand messages. */
const warmUps = 2;
/** Times nginx. */
const target = 0.8;

interface Way {
  readonly name: string;
  readonly port: number;
  readonly pid: number | undefined;
  user(): Promise<string>;
  check(): Promise<void>;
}

export async function benchSubmitting(bench: ProxyBench, run: BenchRun): Promise<void> {
  for (const { label, bytes, messages } of workloads) {
    const count = Math.max(sessions, Math.round(messages * run.share));
    await compare(
      run,
      {
        title: `SMTP submission through the proxy, ${count} x ${label}, ${sessions} sessions`,
        method: "Sessions sign in, then send one message after the other; only the sending counts. TLS on both legs.",
        columns: rateColumns,
        goals: [{ figure: "perSecond", over: nginxName, atLeast: target }],
        warmUps,
      },
      waysOf(bench, count).map((way) => ({ name: way.name, measure: () => submitAll(way, count, bytes) })),
    );
  }
}

function waysOf({ gateway, nginx, nginxPorts, sink }: ProxyBench, count: number): readonly Way[] {
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
    { name: nginxName, port: nginxPorts.submissions, pid: nginx.pid, ...plain },
    { name: "the server itself", port: sink.port, pid: undefined, ...plain },
  ];
}

async function submitAll(way: Way, count: number, bytes: number): Promise<Figures> {
  const { port, pid } = way;
  const client = join(import.meta.dirname, "submit-client.ts");
  const args = [client, String(port), await way.user(), "password", String(sessions), String(count), String(bytes)];
  const cpuBefore = pid === undefined ? 0 : await cpuMsOf(pid);
  const { stdout } = await runProgram(process.execPath, args);
  const cpu = pid === undefined ? {} : { cpuMs: ((await cpuMsOf(pid)) - cpuBefore) / count };
  await way.check();
  const fields = new Map<string, unknown>(Object.entries(JSON.parse(stdout.toString())));
  const perSecond = count / Number(fields.get("seconds"));
  return { perSecond, megabytes: (perSecond * bytes) / 1e6, ...cpu };
}
