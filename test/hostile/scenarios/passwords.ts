// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../../src/base/limits.ts";
import { HostilePeer, sourceAddress } from "../hostile-peer.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";
import { httpAsk } from "./http.ts";

const unknownMailbox = `mbx-${"0".repeat(32)}`;

/** Guessing: throttled for each address, and neither words nor time tell whether a name is there. */
export const passwordScenarios: readonly Scenario[] = [
  {
    name: "password guessing by POP3",
    memoryMiB: 250,
    attack: async (arena) => {
      const tally = new Tally();
      const addresses = arena.scale === "full" ? 60 : 4;
      const { id } = arena.target.ownMailbox;
      const took = new Map<string, number[]>();
      // From 200 on, so that no other scenario comes from there and finds the door shut.
      await Promise.all(
        Array.from({ length: addresses }, (_, index) =>
          guessByPop3(arena, {
            from: sourceAddress(200 + index),
            user: index % 2 === 0 ? id : unknownMailbox,
            took,
            tally,
          }),
        ),
      );
      const allowed = addresses * limits.passwordFailuresPerAddress;
      const looked = tally.of("-ERR [AUTH] Mailbox id or password not accepted");
      tally.expect(looked <= allowed, () => `${looked} passwords were looked at, and ${allowed} may be`);
      return tally.outcome(`${addresses * 30} passwords from ${addresses} addresses; ${medians(took)}`);
    },
  },
  {
    name: "password guessing at the console",
    memoryMiB: 250,
    attack: async (arena) => {
      const tally = new Tally();
      const addresses = arena.scale === "full" ? 40 : 2;
      const took = new Map<string, number[]>();
      await Promise.all(
        Array.from({ length: addresses }, async (_, index) => {
          const name = index % 2 === 0 ? arena.target.administrator : "nobody-of-that-name";
          for (let tried = 0; tried < 15; tried++) {
            const fromMs = performance.now();
            const answer = await httpAsk(arena, {
              from: sourceAddress(200 + index),
              request: signInRequest(name, `wrong wrong ${tried}`),
            });
            if (answer.status === 401) note(took, index % 2 === 0 ? "known" : "unknown", performance.now() - fromMs);
            tally.count(`${answer.status} ${/"code":"([^"]+)/.exec(answer.text)?.[1] ?? ""}`);
            tally.expect([401, 429].includes(answer.status), () => `${answer.status} ${answer.text.slice(-200)}`);
          }
        }),
      );
      const looked = tally.of("401 api/denied");
      const allowed = addresses * limits.passwordFailuresPerAddress;
      tally.expect(looked > 0 && looked <= allowed, () => `${looked} passwords were looked at, and ${allowed} may be`);
      return tally.outcome(`${addresses * 15} passwords from ${addresses} addresses; ${medians(took)}`);
    },
  },
];

interface Guessing {
  readonly from: string;
  readonly user: string;
  readonly took: Map<string, number[]>;
  readonly tally: Tally;
}

async function guessByPop3({ target }: Arena, { from, user, took, tally }: Guessing): Promise<void> {
  for (let tried = 0; tried < 30; ) {
    const peer = await HostilePeer.connect({ port: target.ports.pop3s, tls: true, from });
    await peer.hears(/\r\n/);
    for (; tried < 30 && peer.end === "open"; tried++) {
      await peer.ask(`USER ${user}\r\n`);
      const fromMs = performance.now();
      const answer = await peer.ask(`PASS wrong-${tried}\r\n`, 60_000);
      if (answer.includes("not accepted"))
        note(took, user === unknownMailbox ? "unknown" : "known", performance.now() - fromMs);
      tally.count(answer);
      tally.expect(answer.startsWith("-ERR") || answer === "", () => `signed in: ${answer}`);
    }
    peer.destroy();
  }
}

function signInRequest(name: string, password: string): string {
  const body = JSON.stringify({ name, password });
  return `POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function note(took: Map<string, number[]>, kind: string, ms: number): void {
  took.set(kind, [...(took.get(kind) ?? []), ms]);
}

function medians(took: ReadonlyMap<string, readonly number[]>): string {
  const parts = [...took].map(([kind, ms]) => {
    const middle = ms.toSorted((one, other) => one - other)[ms.length >> 1] ?? Number.NaN;
    return `${kind} name: median ${middle.toFixed(0)} ms of ${ms.length}`;
  });
  return parts.toSorted().join(", ");
}
