// SPDX-License-Identifier: Apache-2.0

/** How long a message takes to its 250 while the gateway has half as much to do as it can. */
import type { BenchRun, Figures } from "./bench-run.ts";
import { compare, type Side } from "./comparison.ts";
import { type IntakePeer, startPeers } from "./intake-peers.ts";
import { cpuMsOf } from "./process-cost.ts";
import { quantile, sendLoad } from "./smtp-load.ts";
import { sendBySource } from "./smtp-source-load.ts";

const senders = 20;
const sizes = [
  { label: "4 KiB", bytes: 4096, messages: 4000 },
  { label: "75 KB", bytes: 75_000, messages: 1500 },
];
/** Of the top rate. */
const share = 0.5;
/** Each round is this many times as long as asked for: the 99.9th of a hundred needs many messages. */
const longer = 3;
const targetMs = 50;

export async function benchLatency(run: BenchRun): Promise<void> {
  const peers = await startPeers(run, ["postern", "postfix", "smtpServer"]);
  try {
    for (const { label, bytes, messages } of sizes)
      await compare(
        run,
        {
          title: `Time to the 250, ${label}, at half of the top rate`,
          method:
            `The top rate is what smtp-source reaches with ${senders} connections. Then messages become due at random ` +
            "(Poisson) at half of it; their time counts from when they were due, the envelope's round trips included.",
          columns: [
            { figure: "p99", heading: "99 % ms", digits: 1 },
            { figure: "p50", heading: "median ms", digits: 1 },
            { figure: "p95", heading: "95 % ms", digits: 1 },
            { figure: "p999", heading: "99.9 % ms", digits: 1 },
            { figure: "longest", heading: "longest ms", digits: 0 },
            { figure: "perSecond", heading: "messages/s", digits: 0 },
            { figure: "cpuMs", heading: "CPU ms/message", digits: 2 },
          ],
          goals: [{ figure: "p99", atMost: targetMs }],
        },
        peers.map(([, peer]) => latencySide(run, peer, { bytes, messages })),
      );
  } finally {
    await Promise.all(peers.map(([, peer]) => peer.stop()));
  }
}

function latencySide(
  run: BenchRun,
  peer: IntakePeer,
  { bytes, messages }: { readonly bytes: number; readonly messages: number },
): Side {
  let topRate = 0;
  return {
    name: peer.name,
    async measure(round): Promise<Figures> {
      if (round <= 0) {
        const load = { bytes, senders, keepConnection: true };
        await sendBySource(peer, load, messages / 2);
        topRate = messages / (await sendBySource(peer, load, messages));
        await peer.settled();
      }
      const perSecond = topRate * share;
      const count = Math.max(200, Math.round(perSecond * run.seconds * longer));
      const cpuBefore = await cpuMsOf(await peer.pid());
      const { port, recipient } = peer;
      const load = { port, recipients: [recipient], senders, bytes, messages: count, tls: false, keepConnection: true };
      const { latenciesMs, seconds } = await sendLoad({ ...load, perSecond });
      await peer.settled();
      const cpuMs = ((await cpuMsOf(await peer.pid())) - cpuBefore) / count;
      const [p50, p95, p99, p999] = [0.5, 0.95, 0.99, 0.999].map((part) => quantile(latenciesMs, part));
      const shares = {
        p50: p50 ?? Number.NaN,
        p95: p95 ?? Number.NaN,
        p99: p99 ?? Number.NaN,
        p999: p999 ?? Number.NaN,
      };
      return { ...shares, longest: quantile(latenciesMs, 1), perSecond: count / seconds, cpuMs };
    },
  };
}
