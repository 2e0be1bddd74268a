// SPDX-License-Identifier: Apache-2.0
import { destroyAll, type HostilePeer, patienceMs, pause, sourceAddress } from "../hostile-peer.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";
import { type Place, places, reachPlace } from "./states.ts";

/** Conversations of the mail ports; a handshake and a request by HTTPS have times of their own. */
const conversations = places.filter(({ name }) => !/handshake|https/.test(name));

/** Slow peers, silent peers, and peers that go away, in every state of every conversation. */
export const slowScenarios: readonly Scenario[] = [
  {
    name: "slowloris in every state",
    memoryMiB: 120,
    attack: async (arena) => {
      const tally = new Tally();
      const copies = arena.scale === "full" ? 40 : 3;
      const peers = await inPlaces(arena, { places, copies });
      // Content that drips is given up after a minute (limits.minimumRateWindowMs), a handshake after half of one.
      const untilMs = performance.now() + (arena.scale === "full" ? 80_000 : arena.durationMs);
      for (let octet = 0; performance.now() < untilMs; octet++) {
        for (const { peer, drip } of peers) if (peer.end === "open") peer.send(drip[octet % drip.length] ?? "x");
        await pause(arena.scale === "full" ? 1000 : 250);
      }
      for (const { place, peer } of peers) {
        tally.count(peer.end === "open" ? "still open" : peer.end);
        if (arena.scale !== "full" || !/content by|handshake|https/.test(place)) continue;
        tally.expect(peer.end !== "open", () => `${place}: still open after 80 s`);
      }
      destroyAll(peers.map(({ peer }) => peer));
      return tally.outcome(
        `${peers.length} connections, ${copies} in each of ${places.length} states, an octet now and then`,
      );
    },
  },
  {
    name: "silence in every state",
    configuration: '[limits]\nsmtp_idle = "2 s"\npop3_idle = "2 s"\n',
    memoryMiB: 120,
    attack: async (arena) => {
      const tally = new Tally();
      const copies = arena.scale === "full" ? 40 : 3;
      const peers = await inPlaces(arena, { places: conversations, copies });
      await Promise.all(peers.map(({ peer }) => peer.over(patienceMs)));
      for (const { place, peer } of peers) {
        tally.count(peer.end);
        tally.expect(peer.end !== "open", () => `${place}: silent for minutes where 2 s are allowed, and still open`);
      }
      destroyAll(peers.map(({ peer }) => peer));
      return tally.outcome(`${peers.length} connections that say nothing more, where 2 s of silence are allowed`);
    },
  },
  {
    name: "resets in every state",
    memoryMiB: 160,
    attack: async (arena) => {
      const tally = new Tally();
      const untilMs = performance.now() + arena.durationMs;
      let rounds = 0;
      do {
        const peers = await inPlaces(arena, { places, copies: 2 });
        for (const [index, { peer, drip }] of peers.entries()) {
          peer.send(drip.slice(0, 20));
          if (index % 2 === 0) peer.reset();
          else peer.halfClose();
        }
        await Promise.all(peers.map(({ peer }) => peer.over(patienceMs)));
        for (const { place, peer } of peers) {
          tally.count(peer.end);
          // A peer that closed its side has nothing more to say, and the gateway has nothing to wait for.
          tally.expect(peer.end !== "open", () => `${place}: open minutes after the peer has closed its side`);
        }
        destroyAll(peers.map(({ peer }) => peer));
        rounds += 1;
      } while (performance.now() < untilMs);
      return tally.outcome(`${rounds} times in each of ${places.length} states: one reset, one half-closed connection`);
    },
  },
];

interface Placed {
  readonly place: string;
  readonly peer: HostilePeer;
  readonly drip: string;
}

async function inPlaces(
  { target }: Arena,
  { places: chosen, copies }: { readonly places: readonly Place[]; readonly copies: number },
): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  for (let copy = 0; copy < copies; copy++) {
    const reached = chosen.map(async (place) => ({
      place: place.name,
      peer: await reachPlace(place, target, sourceAddress(1 + copy)),
      drip: place.drip(target),
    }));
    placed.push(...(await Promise.all(reached)));
  }
  return placed;
}
