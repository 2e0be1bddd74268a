// SPDX-License-Identifier: Apache-2.0

/** Intake inside TLS: STARTTLS, the same P-256 certificate for everybody, whole handshakes. */
import { join } from "node:path";
import { selfSigned } from "../support/dovecot.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import type { BenchRun } from "./bench-run.ts";
import { compare, type Side } from "./comparison.ts";
import { goalsOver, rateColumns } from "./intake.ts";
import { type IntakePeer, startPeers } from "./intake-peers.ts";
import { cpuMsOf } from "./process-cost.ts";
import { type Load, sendLoad } from "./smtp-load.ts";

const senders = 20;
const workloads = [
  { label: "4 KiB", bytes: 4096, keepConnection: true, warmUpMessages: 1000 },
  { label: "75 KB", bytes: 75_000, keepConnection: true, warmUpMessages: 400 },
  { label: "1 MiB", bytes: 1 << 20, keepConnection: true, warmUpMessages: 60 },
  { label: "4 KiB", bytes: 4096, keepConnection: false, warmUpMessages: 300 },
];

export async function benchTls(run: BenchRun): Promise<void> {
  const directory = await temporaryDirectory("bench-tls");
  await selfSigned(directory);
  const files = { certificateFile: join(directory, "certificate.pem"), keyFile: join(directory, "key.pem") };
  const peers = await startPeers(run, ["postern", "postfix", "smtpServer", "harakaDiscard"], files);
  try {
    for (const { label, bytes, keepConnection, warmUpMessages } of workloads) {
      const connections = keepConnection ? "many messages a connection" : "one message a connection";
      await compare(
        run,
        {
          title: `Intake inside TLS, ${label}, ${senders} senders, ${connections}`,
          method: "A sender of our own with STARTTLS and PIPELINING; accepted messages count.",
          columns: rateColumns,
          goals: goalsOver(peers, {}),
        },
        peers.map(([, peer]) => tlsSide(run, peer, { bytes, keepConnection, messages: warmUpMessages })),
      );
    }
  } finally {
    await Promise.all(peers.map(([, peer]) => peer.stop()));
    await removeDirectory(directory);
  }
}

function tlsSide(run: BenchRun, peer: IntakePeer, first: Pick<Load, "bytes" | "keepConnection" | "messages">): Side {
  let { messages } = first;
  return {
    name: peer.name,
    async measure() {
      const before = await cpuMsOf(await peer.pid());
      const sent = messages;
      const { port, recipient } = peer;
      const { seconds } = await sendLoad({ ...first, port, recipients: [recipient], senders, messages, tls: true });
      await peer.settled();
      const perSecond = sent / seconds;
      messages = Math.max(senders, Math.round(perSecond * run.seconds));
      const cpuMs = ((await cpuMsOf(await peer.pid())) - before) / sent;
      return { perSecond, megabytes: (perSecond * first.bytes) / 1e6, cpuMs };
    },
  };
}
