// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../../src/base/limits.ts";
import { connectMany, destroyAll, type HostilePeer, pause, sourceAddress } from "../hostile-peer.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";

/** Ten thousand connections, held as long as the gateway holds them. */
export const connectionScenarios: readonly Scenario[] = [
  {
    name: "connections from one address",
    memoryMiB: 120,
    attack: async (arena) => {
      const tally = new Tally();
      const peers = await crowd(arena, { count: arena.scale === "full" ? 10_000 : 1_000, addresses: 1 }, tally);
      tally.expect(
        tally.of("held") === limits.connectionsPerAddress,
        () => `${tally.of("held")} connections held, not ${limits.connectionsPerAddress}`,
      );
      return tally.outcome(`${peers} connections from one address, kept open`);
    },
  },
  {
    name: "connections from fifty addresses",
    fullOnly: true,
    // 4000 in clear, and what is being told to go away.
    memoryMiB: 200,
    attack: async (arena) => {
      const tally = new Tally();
      const peers = await crowd(arena, { count: 10_000, addresses: 50 }, tally);
      tally.expect(tally.of("held") <= limits.connectionsTotal, () => `${tally.of("held")} connections held`);
      return tally.outcome(`${peers} connections from 50 addresses, kept open`);
    },
  },
  {
    name: "all places taken",
    configuration: "[limits]\nconnections = 300\n",
    memoryMiB: 120,
    attack: async (arena) => {
      const tally = new Tally();
      const peers = await crowd(arena, { count: 600, addresses: 6 }, tally);
      tally.expect(tally.of("held") <= 300, () => `${tally.of("held")} connections held, 300 allowed`);
      return tally.outcome(`${peers} connections where 300 are allowed, kept open`);
    },
  },
  {
    name: "ten thousand connections that are let in",
    fullOnly: true,
    configuration: "[limits]\nconnections = 12000\n",
    // 12 KiB each when idle (limits.connectionsTotal), and as much again that coming and going leaves to the collector.
    memoryMiB: 240,
    attack: async (arena) => {
      const tally = new Tally();
      const peers = await crowd(arena, { count: 10_000, addresses: 60 }, tally);
      tally.expect(tally.of("held") === 10_000, () => `${tally.of("held")} connections held`);
      return tally.outcome(`${peers} connections where 12,000 are allowed, kept open`);
    },
  },
  {
    name: "two thousand TLS connections",
    fullOnly: true,
    // 50 KiB each (limits.connectionsTotal), and half as much again.
    memoryMiB: 150,
    attack: async ({ target, durationMs }) => {
      const tally = new Tally();
      const port = target.ports.submissions;
      const peers = await connectMany(
        2000,
        (index) => ({ port, from: sourceAddress(1 + (index % 20)), tls: true }),
        50,
      );
      countHeld(peers, tally);
      await pause(durationMs);
      destroyAll(peers);
      return tally.outcome("2000 TLS connections from 20 addresses, kept open");
    },
  },
];

interface Crowd {
  readonly count: number;
  readonly addresses: number;
}

/** Opens so many connections to the SMTP port, holds them, and counts what became of each. */
async function crowd({ target, durationMs }: Arena, { count, addresses }: Crowd, tally: Tally): Promise<number> {
  const port = target.ports.smtp;
  const peers = await connectMany(count, (index) => ({ port, from: sourceAddress(1 + (index % addresses)) }));
  await Promise.all(peers.map((peer) => peer.hears(/\r\n/)));
  await pause(durationMs);
  countHeld(peers, tally);
  destroyAll(peers);
  return peers.length;
}

function countHeld(peers: readonly HostilePeer[], tally: Tally): void {
  for (const peer of peers) {
    if (peer.end === "open" && peer.said.startsWith("220 ")) tally.count("held");
    else if (/^220 .*\r\n421 /.test(peer.said)) tally.count("220, later 421");
    else if (peer.said.startsWith("421 4.7.0 ")) tally.count("421 4.7.0");
    else if (peer.said === "") tally.count(`nothing said, ${peer.end}`);
    else tally.count(`${peer.said.slice(0, 9)}, ${peer.end}`);
  }
}
