// SPDX-License-Identifier: Apache-2.0

/** New TLS connections a second: whole handshakes, one after the other from a few clients. */
import { peerPath } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import type { BenchRun } from "./bench-run.ts";
import { compare, type Side } from "./comparison.ts";
import { bareServerName, type GreetingSide, withGreetingSides } from "./greeting-sides.ts";
import { cpuMsOf } from "./process-cost.ts";

const clients = 4;

export async function benchHandshakes(run: BenchRun): Promise<void> {
  await withGreetingSides(run, async (sides) => {
    await compare(
      run,
      {
        title: "New TLS connections",
        method: `${clients} times "openssl s_time -new", which connects, shakes hands and goes; TLS 1.3, P-256.`,
        columns: [
          { figure: "perSecond", heading: "connections/s", digits: 0 },
          { figure: "cpuMs", heading: "CPU ms/connection", digits: 2 },
        ],
        goals: [{ figure: "perSecond", over: bareServerName, atLeast: 0.8 }],
      },
      sides.map((side) => handshakeSide(run, side)),
    );
  });
}

function handshakeSide(run: BenchRun, { name, pid, ports }: GreetingSide): Side {
  return {
    name,
    async measure() {
      const seconds = Math.max(1, Math.round(run.seconds));
      const args = ["s_time", "-new", "-time", String(seconds), "-connect", `127.0.0.1:${ports.tls}`];
      const before = await cpuMsOf(pid);
      const from = performance.now();
      const done = await Promise.all(
        Array.from({ length: clients }, async () => {
          const { stdout } = await runProgram(peerPath("openssl"), args, { accept: [0, 1] });
          return Number(/^(\d+) connections in [\d.]+ real seconds/m.exec(stdout.toString())?.[1]);
        }),
      );
      const connections = done.reduce((sum, each) => sum + each, 0);
      const perSecond = (connections * 1000) / (performance.now() - from);
      return { perSecond, cpuMs: ((await cpuMsOf(pid)) - before) / connections };
    },
  };
}
