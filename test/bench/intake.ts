// SPDX-License-Identifier: Apache-2.0

/**
 * Durable messages a second and CPU a message, beside Postfix delivering to a Maildir and npm `smtp-server` that writes
 * a file and syncs it. One load generator for all, rounds in turn, so that a busy moment of the machine hits every side.
 */
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { type IntakePeer, startPostern, startPostfix, startSmtpServer } from "./intake-peers.ts";
import { cpuMsOf } from "./process-cost.ts";
import { judged, median, printTable, progress } from "./report.ts";

const senders = 20;

interface Workload {
  readonly label: string;
  readonly bytes: number;
  /** Messages a round, for each peer. */
  readonly messages: number;
  /** What is to be reached: times Postfix, times smtp-server, CPU milliseconds a message. */
  readonly targets: readonly [postfix: number, smtpServer: number, cpuMs?: number];
}

const workloads: readonly Workload[] = [
  { label: "4 KiB", bytes: 4096, messages: 4000, targets: [5, 2, 0.45] },
  { label: "75 KB", bytes: 75_000, messages: 2000, targets: [3.5, 2, 0.8] },
  { label: "1 MiB", bytes: 1 << 20, messages: 200, targets: [2, 1.2] },
];

interface Figure {
  readonly perSecond: number;
  readonly cpuMs: number;
}

/** Runs all sizes; `share` (0 to 1) takes that share of the messages. */
export async function benchIntake(rounds: number, share: number): Promise<void> {
  const peers = await Promise.all([startPostern(), startPostfix(), startSmtpServer()]);
  try {
    for (const workload of workloads) await measure(workload, peers, { rounds, share });
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
}

async function measure(
  workload: Workload,
  peers: readonly IntakePeer[],
  { rounds, share }: { readonly rounds: number; readonly share: number },
): Promise<void> {
  const figures = new Map<IntakePeer, Figure[]>(peers.map((peer) => [peer, []]));
  for (let round = 0; round <= rounds; round++)
    for (const [peer, taken] of figures) {
      progress(`${workload.label}, round ${round} of ${rounds}: ${peer.name}`);
      // Postfix is several times slower: it gets fewer messages, or it would take most of the time.
      const slow = peer.name.startsWith("Postfix") ? 0.25 : 1;
      const messages = Math.max(senders, Math.round(workload.messages * share * slow));
      const figure = await send(peer, workload.bytes, messages);
      if (round > 0) taken.push(figure);
    }
  report(workload, figures);
}

async function send(peer: IntakePeer, bytes: number, messages: number): Promise<Figure> {
  const pid = await peer.pid();
  const cpuBefore = await cpuMsOf(pid);
  const from = performance.now();
  const load = ["-s", `${senders}`, "-m", `${messages}`, "-l", `${bytes}`, "-d", "-f", "sender@bench.test"];
  await runProgram(peerPath("smtp-source"), [...load, "-t", peer.recipient, `127.0.0.1:${peer.port}`]);
  const seconds = (performance.now() - from) / 1000;
  // Accepted is what counts for the rate, to the advantage of a peer that delivers afterwards; its CPU counts whole.
  await peer.settled();
  return { perSecond: messages / seconds, cpuMs: ((await cpuMsOf(pid)) - cpuBefore) / messages };
}

function report({ label, bytes, targets }: Workload, figures: ReadonlyMap<IntakePeer, readonly Figure[]>): void {
  const all = [...figures].map(([{ name }, taken]) => ({
    name,
    perSecond: median(taken.map((figure) => figure.perSecond)),
    cpuMs: median(taken.map((figure) => figure.cpuMs)),
    spread: taken.map((figure) => figure.perSecond.toFixed(0)).join(" "),
  }));
  const [ours, ...others] = all;
  if (ours === undefined) return;
  const [, , cpuTarget] = targets;
  const reached = cpuTarget === undefined ? "" : ours.cpuMs <= cpuTarget ? " (reached)" : ` (missed: ${cpuTarget})`;
  printTable(`Intake, ${label}, ${senders} senders, accepted and durable`, [
    ["", "messages/s", "MB/s", "CPU ms/message", "Postern is", "rounds"],
    ...all.map(({ name, perSecond, cpuMs, spread }, at) => [
      name,
      perSecond.toFixed(0),
      ((perSecond * bytes) / 1e6).toFixed(0),
      `${cpuMs.toFixed(2)}${at === 0 ? reached : ""}`,
      at === 0 ? "" : judged(ours.perSecond / perSecond, targets[at - 1] ?? Number.NaN),
      spread,
    ]),
  ]);
  if (others.length === 0) throw new Error("nothing to compare with");
}
