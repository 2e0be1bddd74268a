// SPDX-License-Identifier: Apache-2.0

/** What thousands of clients cost that have been greeted, have said EHLO, and say nothing more. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { BenchRun } from "./bench-run.ts";
import { type Comparison, compare, type Side } from "./comparison.ts";
import { bareServerName, type GreetingSide, withGreetingSides } from "./greeting-sides.ts";
import { restingBytes } from "./process-cost.ts";

const fullCount = 2000;
/** Enough to load and compile what a connection runs through. */
const warmUpCount = 200;
const atOnce = 20;
const targetsKib = { plain: 12, tls: 50 };

export async function benchIdle(run: BenchRun): Promise<void> {
  const shared = (full: number): number => Math.max(atOnce, Math.round(full * run.share));
  const [count, warmUps] = [shared(fullCount), shared(warmUpCount)];
  await withGreetingSides(run, async (sides) => {
    for (const kind of ["plain", "tls"] as const) {
      const comparison: Comparison = {
        title: `${count} idle connections, ${kind === "tls" ? "inside TLS" : "in clear"}`,
        method:
          "Anonymous memory of the process, the least within some seconds, before and after clients have connected and " +
          "sent EHLO; buffers of the kernel are not in it. The round before has made room in the process.",
        columns: [
          { figure: "kibEach", heading: "KiB/connection", digits: 1 },
          { figure: "idleMiB", heading: "idle MiB", digits: 0 },
        ],
        goals: [
          { figure: "kibEach", atMost: targetsKib[kind] },
          { figure: "kibEach", over: bareServerName },
        ],
      };
      await compare(
        { ...run, rounds: 1 },
        comparison,
        sides.map((side) => idleSide(side, kind, (round) => (round > 0 ? count : warmUps))),
      );
    }
  });
}

function idleSide(side: GreetingSide, kind: "plain" | "tls", countOf: (round: number) => number): Side {
  return {
    name: side.name,
    async measure(round) {
      const count = countOf(round);
      const clients: Socket[] = [];
      const before = await restingBytes(side.pid);
      try {
        // The first ones load code; what they leave behind belongs to no connection.
        await connectMany(side.ports[kind], kind, { clients, count });
        const grown = (await restingBytes(side.pid)) - before;
        return { kibEach: grown / 1024 / count, idleMiB: before / (1 << 20) };
      } finally {
        for (const client of clients) client.destroy();
      }
    },
  };
}

async function connectMany(
  port: number,
  kind: "plain" | "tls",
  { clients, count }: { readonly clients: Socket[]; readonly count: number },
): Promise<void> {
  let left = count;
  const next = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const client =
        kind === "tls"
          ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })
          : connect({ port, host: "127.0.0.1" });
      clients.push(client);
      client.on("error", () => undefined);
      await heard(client);
      client.write("EHLO idle.bench.test\r\n");
      await heard(client);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

/** Something that the server says; throws when it closes instead. */
async function heard(client: Socket): Promise<void> {
  const closed = new AbortController();
  const close = (): void => closed.abort(new Error("the server closed a connection"));
  client.once("close", close);
  try {
    await once(client, "data", { signal: closed.signal });
  } finally {
    client.off("close", close);
  }
}
