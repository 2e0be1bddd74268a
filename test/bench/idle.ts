// SPDX-License-Identifier: Apache-2.0

/** What thousands of clients cost that have been greeted, have said EHLO, and say nothing more. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { BenchRun } from "./bench-run.ts";
import { type Comparison, compare, type Side } from "./comparison.ts";
import { bareServerName, type GreetingSide, withGreetingSides } from "./greeting-sides.ts";
import { collectsAtSignal, heldBytes } from "./held-memory.ts";

const fullCount = 1000;
const atOnce = 20;
const targetsKib = { plain: 12, tls: 50 };

type Kind = keyof typeof targetsKib;

export async function benchIdle(run: BenchRun): Promise<void> {
  const count = Math.max(atOnce, Math.round(fullCount * run.share));
  // Fresh processes for each: connections that have gone leave room for those that come later.
  for (const kind of ["plain", "tls"] as const)
    await withGreetingSides(run, (sides) => benchKind(run, kind, { sides, count }), collectsAtSignal);
}

async function benchKind(
  run: BenchRun,
  kind: Kind,
  { sides, count }: { readonly sides: readonly GreetingSide[]; readonly count: number },
): Promise<void> {
  const comparison: Comparison = {
    title: `Idle connections, ${kind === "tls" ? "inside TLS" : "in clear"}`,
    method:
      `Each round adds ${count} clients that have sent EHLO and stay; what the process's anonymous memory grows by, ` +
      "collected on both sides before each count. Buffers of the kernel are not in it.",
    columns: [
      { figure: "kibEach", heading: "KiB/connection", digits: 1 },
      { figure: "heldMiB", heading: "MiB in all", digits: 0 },
    ],
    goals: [
      { figure: "kibEach", atMost: targetsKib[kind] },
      { figure: "kibEach", over: bareServerName },
    ],
    // They load code and fill the room that a start leaves behind.
    warmUps: 2,
  };
  const clients: Socket[] = [];
  try {
    await compare(
      run,
      comparison,
      sides.map((side) => idleSide(side, kind, { clients, count })),
    );
  } finally {
    for (const client of clients) client.destroy();
  }
}

interface Clients {
  readonly clients: Socket[];
  readonly count: number;
}

function idleSide(side: GreetingSide, kind: Kind, clients: Clients): Side {
  let before = 0;
  return {
    name: side.name,
    async measure() {
      await connectMany(side.ports[kind], kind, clients);
      const held = await heldBytes(side.pid);
      const grown = held - before;
      before = held;
      return { kibEach: grown / 1024 / clients.count, heldMiB: held / (1 << 20) };
    },
  };
}

async function connectMany(port: number, kind: Kind, { clients, count }: Clients): Promise<void> {
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
