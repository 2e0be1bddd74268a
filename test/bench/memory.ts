// SPDX-License-Identifier: Apache-2.0

/** Peak memory while ten messages of 100 MiB arrive at once, above that of the idle gateway (I9). */
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { startBenchGateway } from "./bench-gateway.ts";
import type { BenchRun } from "./bench-run.ts";
import { conclude, mediansOf } from "./comparison.ts";
import { anonymousBytesOf, peakWhile } from "./process-cost.ts";
import { progress } from "./report.ts";

const senders = 10;
const MiB = 1024 * 1024;
const messageBytes = 100 * MiB;
const targetMiB = 100;

export async function benchMemory(run: BenchRun): Promise<void> {
  const gateway = await startBenchGateway(run);
  try {
    const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
    const read = (): Promise<number> => anonymousBytesOf(gateway.pid);
    const idle = await read();
    progress(`${senders} messages of 100 MiB at once`);
    const load = ["-s", `${senders}`, "-m", `${senders}`, "-l", `${messageBytes}`, "-f", "sender@bench.test"];
    const from = performance.now();
    const peak = await peakWhile(read, async () => {
      await runProgram(peerPath("smtp-source"), [...load, "-t", mailbox.address, `127.0.0.1:${gateway.ports.smtp}`]);
    });
    const seconds = (performance.now() - from) / 1000;
    const rounds = [
      {
        aboveMiB: (peak - idle) / MiB,
        idleMiB: idle / MiB,
        peakMiB: peak / MiB,
        megabytes: (senders * messageBytes) / 1e6 / seconds,
      },
    ];
    conclude(
      run,
      {
        title: `Memory, ${senders} messages of 100 MiB at once`,
        method: "Anonymous memory of the process, looked at every 20 ms.",
        columns: [
          { figure: "aboveMiB", heading: "MiB above idle", digits: 0 },
          { figure: "idleMiB", heading: "idle", digits: 0 },
          { figure: "peakMiB", heading: "peak", digits: 0 },
          { figure: "megabytes", heading: "MB/s", digits: 0 },
        ],
        goals: [{ figure: "aboveMiB", atMost: targetMiB }],
      },
      [{ name: "Postern", rounds, medians: mediansOf(rounds) }],
    );
  } finally {
    await gateway.remove();
  }
}
