// SPDX-License-Identifier: Apache-2.0

/** A maildrop of Dovecot, fetched through the recording proxy, through nginx, and directly; recorded in every round. */
import { join } from "node:path";
import { dovecotPassword } from "../support/dovecot.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { proxyUserName } from "../support/proxied-gateway.ts";
import { runProgram } from "../support/run-program.ts";
import type { BenchRun, Figures, SideResult } from "./bench-run.ts";
import { compare, conclude, mediansOf } from "./comparison.ts";
import { rateColumns } from "./intake.ts";
import { cpuMsOf } from "./process-cost.ts";
import type { ProxyBench } from "./proxy.ts";
import { progress } from "./report.ts";

const workloads = [
  { label: "75 KB", bytes: 75_000, messages: 1000 },
  { label: "1 MiB", bytes: 1 << 20, messages: 100 },
];
/** Rounds that warm caches and code: the compiler is at work for some thousand messages. */
const warmUps = 4;
/** RETR commands under way. */
const windows = [32, 1];
export const nginxName = "nginx stream";
/** Times nginx. */
const target = 0.8;
/** One RETR through the proxy against one without it, at the median. */
const addedMsLimit = 5;

interface Way {
  readonly name: string;
  readonly port: number;
  /** Of the proxy; `undefined` when there is none. */
  readonly pid: number | undefined;
  /** Asked before each round. */
  user(): Promise<string>;
  /** After each round: throws when what passed was not recorded. */
  check(): Promise<void>;
}

export async function benchFetching(bench: ProxyBench, run: BenchRun): Promise<void> {
  for (const { label, bytes, messages } of workloads) {
    const count = Math.max(20, Math.round(messages * run.share));
    const user = `bench-${bytes}`;
    progress(`filling: ${count} x ${label}`);
    const load = ["-s", "10", "-m", String(count), "-l", String(bytes), "-d", "-f", "sender@bench.test"];
    const lmtp = `127.0.0.1:${bench.dovecot.ports.lmtp}`;
    await runProgram(peerPath("smtp-source"), [...load, "-L", "-t", user, lmtp]);
    for (const window of windows) {
      const results = await compare(
        run,
        {
          title: `POP3 RETR through the proxy, ${count} x ${label}, ${window} under way`,
          method: "One client signs in and fetches everything; its sign-in does not count. TLS on both legs.",
          columns: [...rateColumns, { figure: "medianMs", heading: "median ms", digits: 2 }],
          goals: [{ figure: "perSecond", over: nginxName, atLeast: target }],
          warmUps,
        },
        waysOf(bench, user, count).map((way) => ({
          name: way.name,
          measure: () => fetchAll(way, { count, window, bytes }),
        })),
      );
      if (window === 1) reportAdded(run, label, results);
    }
  }
}

/** What the proxy adds to one RETR: the difference of the medians with it and without. */
function reportAdded(run: BenchRun, label: string, [ours, , direct]: readonly SideResult[]): void {
  if (ours === undefined || direct === undefined) return;
  const rounds = ours.rounds.map((round, at) => ({
    addedMs: (round["medianMs"] ?? Number.NaN) - (direct.rounds[at]?.["medianMs"] ?? Number.NaN),
  }));
  conclude(
    run,
    {
      title: `Added to a RETR of ${label} by the proxy`,
      method: "Median of a RETR through the proxy less the median of one to the server itself, in the same round.",
      columns: [{ figure: "addedMs", heading: "ms", digits: 2 }],
      goals: [{ figure: "addedMs", atMost: addedMsLimit }],
    },
    [{ name: ours.name, rounds, medians: mediansOf(rounds) }],
  );
}

function waysOf({ gateway, nginx, nginxPorts, dovecot }: ProxyBench, user: string, count: number): readonly Way[] {
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
    { name: nginxName, port: nginxPorts.pop3s, pid: nginx.pid, ...plain },
    { name: "Dovecot itself", port: dovecot.ports.pop3s, pid: undefined, ...plain },
  ];
}

/** Throws unless so many messages are in a mailbox. */
export async function isRecorded(gateway: GatewayProcess, { id }: CreatedMailbox, count: number): Promise<void> {
  const shown = JSON.stringify(await gateway.command("mailbox", "list"));
  const messages = new RegExp(`"id":"${id}"[^}]*"messages":(\\d+)`).exec(shown)?.[1];
  if (Number(messages) !== count) throw new Error(`${messages} of ${count} messages were recorded`);
}

async function fetchAll(
  way: Way,
  { count, window, bytes }: { readonly count: number; readonly window: number; readonly bytes: number },
): Promise<Figures> {
  const { port, pid } = way;
  const args = [join(import.meta.dirname, "pull-client.ts"), String(port), await way.user(), dovecotPassword];
  const cpuBefore = pid === undefined ? 0 : await cpuMsOf(pid);
  const { stdout } = await runProgram(process.execPath, [...args, String(window)]);
  const cpu = pid === undefined ? {} : { cpuMs: ((await cpuMsOf(pid)) - cpuBefore) / count };
  const fields = new Map<string, unknown>(Object.entries(JSON.parse(stdout.toString())));
  if (fields.get("messages") !== count)
    throw new Error(`${String(fields.get("messages"))} messages instead of ${count}`);
  await way.check();
  const perSecond = count / Number(fields.get("seconds"));
  // With many under way the time of one says only how many there are.
  const latency = window === 1 ? { medianMs: Number(fields.get("medianMs")) } : {};
  return { perSecond, megabytes: (perSecond * bytes) / 1e6, ...cpu, ...latency };
}
