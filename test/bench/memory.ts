// SPDX-License-Identifier: Apache-2.0

/** Peak memory while ten messages of 100 MiB arrive at once, above that of the idle gateway (I9). */
import { GatewayProcess } from "../support/gateway-process.ts";
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { anonymousBytesOf, peakWhile } from "./process-cost.ts";
import { printTable, progress } from "./report.ts";

const senders = 10;
const MiB = 1024 * 1024;
const messageBytes = 100 * MiB;
const targetMiB = 100;

export async function benchMemory(): Promise<void> {
  const gateway = await GatewayProcess.start({ configuration: '[log]\nlevel = "warn"\n' });
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
    const aboveMiB = (peak - idle) / MiB;
    printTable(`Memory, ${senders} messages of 100 MiB at once (anonymous, MiB)`, [
      ["", "idle", "peak", "above idle", "to reach", "MB/s"],
      [
        "Postern",
        (idle / MiB).toFixed(0),
        (peak / MiB).toFixed(0),
        `${aboveMiB.toFixed(0)} (${aboveMiB <= targetMiB ? "reached" : "missed"})`,
        `<= ${targetMiB}`,
        ((senders * messageBytes) / 1e6 / seconds).toFixed(0),
      ],
    ]);
  } finally {
    await gateway.remove();
  }
}
