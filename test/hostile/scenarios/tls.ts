// SPDX-License-Identifier: Apache-2.0
import { TLSSocket } from "node:tls";
import { HostilePeer, patienceMs, pause, sourceAddress } from "../hostile-peer.ts";
import { type Arena, randomNumbers, type Scenario, Tally } from "../scenario.ts";

/** Attacks on the encryption itself. */
export const tlsScenarios: readonly Scenario[] = [
  {
    name: "TLS handshake flood",
    memoryMiB: 250,
    attack: async (arena) => {
      const tally = new Tally();
      const { submissions, pop3s, console: web } = arena.target.ports;
      const ports = [submissions, pop3s, web];
      await whileTime(arena, 16, async (turn) => {
        const port = ports[turn % ports.length] ?? submissions;
        const tlsOptions = turn % 2 === 0 ? {} : { maxVersion: "TLSv1.2" as const };
        const peer = await HostilePeer.connect({ port, tls: true, tlsOptions, from: sourceAddress(1 + (turn % 20)) });
        tally.count(peer.end === "open" ? "handshake done" : peer.end);
        peer.destroy();
      });
      return tally.outcome("full handshakes by 16 peers from 20 addresses, one after the other");
    },
  },
  {
    name: "TLS that never ends its handshake",
    memoryMiB: 200,
    attack: async (arena) => {
      const tally = new Tally();
      const random = randomNumbers(arena.seed);
      const { submissions, pop3s, console: web } = arena.target.ports;
      const ports = [submissions, pop3s, web];
      await whileTime(arena, 32, async (turn) => {
        const port = ports[turn % ports.length] ?? submissions;
        const peer = await HostilePeer.connect({ port, from: sourceAddress(1 + (turn % 20)) });
        peer.send(strangeHello(random));
        await peer.over(turn % 4 === 0 ? 300 : 20);
        tally.count(peer.end === "open" ? "left alone" : peer.end);
        peer.destroy();
      });
      return tally.outcome("beginnings of handshakes, broken ones, and other octets where TLS begins");
    },
  },
  {
    name: "TLS 1.2 renegotiation",
    memoryMiB: 120,
    attack: async ({ target, scale }) => {
      const tally = new Tally();
      const { smtp, submission, submissions, pop3, pop3s, console: web } = target.ports;
      const doors: readonly (readonly [port: number, words: readonly string[]])[] = [
        [submissions, []],
        [pop3s, []],
        [web, []],
        [smtp, ["EHLO a.test\r\n", "STARTTLS\r\n"]],
        [submission, ["EHLO a.test\r\n", "STARTTLS\r\n"]],
        [pop3, ["STLS\r\n"]],
      ];
      for (const [port, words] of doors)
        for (let tried = 0; tried < (scale === "full" ? 5 : 1); tried++) {
          const came = await renegotiation(port, words);
          tally.count(came);
          tally.expect(came === "refused", () => `port ${port}: ${came}, which costs it more than the peer`);
        }
      return tally.outcome(`renegotiation at each of ${doors.length} ports, in half of them after STARTTLS or STLS`);
    },
  },
  {
    name: "words behind STARTTLS and STLS",
    memoryMiB: 120,
    attack: async ({ target }) => {
      const tally = new Tally();
      const injected = [
        [target.ports.smtp, "EHLO a.test\r\n", "STARTTLS\r\nEHLO injected.test\r\nMAIL FROM:<x@injected.test>\r\n"],
        [target.ports.submission, "EHLO a.test\r\n", "STARTTLS\r\nRSET\r\n"],
        [target.ports.pop3, "", "STLS\r\nCAPA\r\n"],
        [target.ports.smtp, "EHLO a.test\r\n", "STARTTLS\r\n\x16\x03\x01"],
      ] as const;
      for (let round = 0; round < 25; round++)
        for (const [port, before, words] of injected) {
          const peer = await HostilePeer.connect({ port, from: sourceAddress(1 + (round % 5)) });
          await peer.hears(/\r\n/);
          if (before !== "") await peer.ask(before);
          const answer = await peer.ask(words);
          const ended = await peer.over(patienceMs);
          tally.count(answer.slice(0, 9));
          tally.expect(ended && !/^(?:220|\+OK)/.test(answer), () => `${words.slice(0, 12)}: ${answer}, ${peer.end}`);
          peer.destroy();
        }
      return tally.outcome("100 times STARTTLS or STLS with more in the same segment");
    },
  },
];

/** Keeps so many turns under way until the time is over. */
export async function whileTime(
  { durationMs }: Arena,
  atOnce: number,
  turn: (index: number) => Promise<void>,
): Promise<void> {
  const untilMs = performance.now() + durationMs;
  let next = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < untilMs) await turn(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** What may stand at the beginning of a handshake, and should not. */
function strangeHello(random: (below: number) => number): Buffer {
  const octets = Buffer.from(Array.from({ length: random(600) }, () => random(256)));
  switch (random(5)) {
    case 0:
      return octets;
    case 1:
      return Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), octets]);
    case 2:
      // A record as long as it can be, of a kind that comes later.
      return Buffer.concat([Buffer.from([0x17, 3, 3, 0x40, 0]), octets]);
    case 3:
      return Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nEHLO a.test\r\nUSER x\r\n");
    default:
      return Buffer.from([0x16, 3, 1]);
  }
}

/**
 * What comes of a client of TLS 1.2 that begins a handshake anew within a connection. `words` lead to the first handshake;
 * without any it begins at once.
 */
async function renegotiation(
  port: number,
  words: readonly string[],
): Promise<"renegotiated" | "refused" | "no TLS 1.2 to begin with"> {
  const tlsOptions = { maxVersion: "TLSv1.2" } as const;
  const peer = await HostilePeer.connect({ port, tls: words.length === 0, tlsOptions });
  try {
    if (words.length > 0) {
      await peer.hears(/\r\n/);
      for (const word of words) await peer.ask(word);
      await peer.startTls(tlsOptions);
    }
    const { socket } = peer;
    if (!(socket instanceof TLSSocket) || socket.getProtocol() !== "TLSv1.2") return "no TLS 1.2 to begin with";
    const agreed = new Promise<boolean>((resolve) => {
      socket.once("close", () => resolve(false));
      socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error === null));
    });
    return (await Promise.race([agreed, pause(1_000).then(() => false)])) ? "renegotiated" : "refused";
  } finally {
    peer.destroy();
  }
}
