// SPDX-License-Identifier: Apache-2.0
import { HostilePeer, pause, sourceAddress } from "../hostile-peer.ts";
import { Mutations } from "../mutations.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";
import { whileTime } from "./tls.ts";

/** RFC 5321 §4.2, RFC 1939 §3 with listings and challenges: what we may say, whatever was said to us. */
const wellFormed = {
  smtp: /^(?:[2345][0-5][0-9][ -][^\r\n\0]*\r\n)*$/,
  pop3: /^(?:(?:\+OK|-ERR|\+) ?[^\r\n\0]*\r\n|[ -~]*\r\n)*$/,
};

/** Conversations that are nearly right, and some that are nothing, in every state (test/hostile/mutations.ts). */
export const garbageScenarios: readonly Scenario[] = [
  {
    name: "mutated dialogs",
    memoryMiB: 200,
    attack: async (arena) => {
      const tally = new Tally();
      const { smtp, submissions, pop3, pop3s } = arena.target.ports;
      const fronts = [
        { protocol: "smtp" as const, port: smtp, tls: false, upgrade: "" },
        { protocol: "smtp" as const, port: submissions, tls: true, upgrade: "" },
        { protocol: "smtp" as const, port: smtp, tls: false, upgrade: "STARTTLS\r\n" },
        { protocol: "pop3" as const, port: pop3, tls: false, upgrade: "" },
        { protocol: "pop3" as const, port: pop3s, tls: true, upgrade: "" },
        { protocol: "pop3" as const, port: pop3, tls: false, upgrade: "STLS\r\n" },
      ];
      const mutations = fronts.map(({ protocol }, index) => new Mutations(protocol, arena.seed + index));
      let tried = 0;
      await whileTime(arena, 12, async (turn) => {
        const front = fronts[turn % fronts.length];
        const made = mutations[turn % fronts.length]?.conversation();
        if (front === undefined || made === undefined) return;
        tried += 1;
        const turns = made.map((each) => withOwn(each, arena));
        const peer = await HostilePeer.connect({
          port: front.port,
          tls: front.tls,
          from: sourceAddress(1 + (turn % 40)),
        });
        await peer.hears(/\r\n/);
        if (front.upgrade !== "" && /^220|^\+OK/.test(await upgraded(peer, front.upgrade))) await peer.startTls();
        await talk(peer, turns);
        tally.count(`${front.protocol}: ${peer.end === "open" ? "goes on" : peer.end}`);
        tally.expect(
          wellFormed[front.protocol].test(upToLastLine(peer.said)),
          () => `strange words: ${JSON.stringify(peer.said.slice(-300))} to ${JSON.stringify(turns.map(String))}`,
        );
        peer.destroy();
      });
      return tally.outcome(`${tried} conversations made of pieces of real ones, in clear and in TLS`);
    },
  },
  {
    name: "plain garbage",
    memoryMiB: 200,
    attack: async (arena) => {
      const tally = new Tally();
      const mutations = new Mutations("smtp", arena.seed);
      const { smtp, submission, pop3, console: web } = arena.target.ports;
      const ports = [smtp, submission, pop3, web];
      let octets = 0;
      await whileTime(arena, 8, async (turn) => {
        const port = ports[turn % ports.length] ?? smtp;
        const peer = await HostilePeer.connect({ port, from: sourceAddress(1 + (turn % 40)) });
        const piece = Buffer.from(Array.from({ length: 20_000 }, () => mutations.below(256)));
        for (let round = 0; round < 10 && peer.end === "open"; round++) {
          peer.send(piece);
          octets += piece.length;
        }
        await peer.over(1_000);
        tally.count(
          `${/^(?:220|\+OK)[^\r]*\r\n(\d{3} [\d.]{5}|-ERR)?/.exec(peer.said)?.[1] ?? "nothing"}, ${peer.end}`,
        );
        peer.destroy();
      });
      return tally.outcome(
        `${Math.round(octets / 1024)} KiB of random octets to every port that is in clear, and to https`,
      );
    },
  },
];

/** So that some of it goes to a mailbox that there is. */
function withOwn(octets: Buffer, { target }: Arena): Buffer {
  const { id, password } = target.ownMailbox;
  const text = octets.toString("latin1");
  return Buffer.from(
    text
      .replaceAll(/\$\{?box\}?|box@archive\.example/g, target.address)
      .replace(/^USER \S+/i, `USER ${id}`)
      .replace(/^PASS right/i, `PASS ${password}`),
    "latin1",
  );
}

async function upgraded(peer: HostilePeer, word: string): Promise<string> {
  if (word === "STARTTLS\r\n") await peer.ask("EHLO mutated.test\r\n");
  return peer.ask(word);
}

async function talk(peer: HostilePeer, turns: readonly Buffer[]): Promise<void> {
  peer.said = "";
  for (const turn of turns) {
    if (peer.end !== "open") return;
    const before = peer.saidBytes;
    peer.send(turn);
    // An answer, or none: both may be right. What comes later is heard with the next.
    for (let looks = 0; looks < 20 && peer.saidBytes === before && peer.end === "open"; looks++) await pause(2);
  }
}

/** The last line may be on its way. */
function upToLastLine(text: string): string {
  return text.slice(0, text.lastIndexOf("\r\n") + 2);
}
