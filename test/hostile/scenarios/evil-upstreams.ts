// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer, type TLSSocket } from "node:tls";
import { defaultThrottleSettings } from "../../../src/upstream/credentials-throttle.ts";
import { HostilePeer, sourceAddress } from "../hostile-peer.ts";
import { clientMachines } from "../machines.ts";
import { Mutations } from "../mutations.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";
import { upstreamConfiguration } from "../upstream-place.ts";
import { whileTime } from "./tls.ts";

type Protocol = "smtp" | "pop3";

/** Servers that the proxies are led to, by users who are in league with them. */
export const evilUpstreamScenarios: readonly Scenario[] = [
  {
    name: "evil upstreams of both proxies",
    configuration: upstreamConfiguration,
    memoryMiB: 250,
    attack: async (arena) => {
      const tally = new Tally();
      let tried = 0;
      for (const protocol of ["smtp", "pop3"] as const) {
        const mutations = new Mutations(protocol, arena.seed);
        const upstream = await listen(arena, (socket) => misbehave(socket, protocol, mutations));
        await whileTime({ ...arena, durationMs: arena.durationMs / 2 }, 8, async (turn) => {
          tried += 1;
          await useProxy(arena, protocol, { user: `user${turn}`, from: sourceAddress(1 + (turn % 40)) }, tally);
        });
        await upstream.stop();
        tally.count(`${protocol}: connections that reached the upstream`, upstream.connections());
      }
      return tally.outcome(`${tried} sessions through the proxies to servers that say anything`);
    },
  },
  {
    name: "password guessing through the proxy",
    configuration: upstreamConfiguration,
    memoryMiB: 150,
    attack: async (arena) => {
      const tally = new Tally();
      const reached = new Map<string, number>();
      const upstream = await listen(arena, (socket) => refuseAll(socket, reached));
      const guesses = arena.scale === "full" ? 100 : 12;
      for (let guess = 0; guess < guesses; guess++) {
        // One account from many addresses: it is the account that would be locked.
        const from = sourceAddress(120 + (guess % 10));
        const answer = await signIn(arena, { user: "victim", password: `guess-${guess}`, from });
        tally.count(answer);
        tally.expect(/^(?:535 5\.7\.8|454 4\.7\.0)/.test(answer), () => `a guess got ${answer}`);
      }
      await upstream.stop();
      const atVictim = [...reached.values()].reduce((sum, each) => sum + each, 0);
      tally.expect(
        atVictim > 0 && atVictim <= defaultThrottleSettings.failuresPerAccount,
        () => `${atVictim} guesses reached the account, and ${defaultThrottleSettings.failuresPerAccount} may`,
      );
      return tally.outcome(`${guesses} passwords for one account at a real server; ${atVictim} of them reached it`);
    },
  },
];

interface Upstream {
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

async function listen({ target }: Arena, serve: (socket: TLSSocket) => void): Promise<Upstream> {
  const sockets = new Set<TLSSocket>();
  let connections = 0;
  const { certificate: cert, key, port } = target.upstream;
  const server = createServer({ cert, key }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    serve(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Says what a server says, for a while; then something else. */
function misbehave(socket: TLSSocket, protocol: Protocol, mutations: Mutations): void {
  const seeds = clientMachines.find(({ name }) => name.startsWith(protocol))?.seeds ?? [];
  const turns = mutations.pick(seeds).map((turn) => Buffer.from(turn, "latin1"));
  const wrongAt = mutations.below(turns.length + 2);
  const kind = mutations.below(6);
  let turn = 0;
  const say = (): void => {
    const octets = turns[turn];
    if (turn++ !== wrongAt) {
      if (octets !== undefined) socket.write(octets);
      return;
    }
    switch (kind) {
      case 0:
        socket.write(mutations.mutate(octets ?? Buffer.from("250 ok\r\n")));
        return;
      case 1:
        flood(socket, Buffer.alloc(16 * 1024, "A"));
        return;
      case 2:
        flood(socket, Buffer.from(protocol === "smtp" ? "250-more\r\n".repeat(1000) : "more\r\n".repeat(2000)));
        return;
      case 3:
        socket.write(Buffer.concat([octets ?? Buffer.alloc(0), Buffer.from("250 ok\r\n+OK\r\n".repeat(50))]));
        return;
      case 4:
        socket.destroy();
        return;
      default:
        socket.end("421 4.3.2 bye\r\n-ERR bye\r\n");
    }
  };
  say();
  socket.on("data", say);
}

/** At most so much, as fast as it is taken: whoever takes more than this has no limit. */
const floodBytes = 64 * 1024 * 1024;

function flood(socket: TLSSocket, piece: Buffer): void {
  let sent = 0;
  const pour = (): void => {
    while (sent < floodBytes && socket.writable) {
      sent += piece.length;
      if (!socket.write(piece)) return;
    }
  };
  socket.on("drain", pour);
  pour();
}

function refuseAll(socket: TLSSocket, reached: Map<string, number>): void {
  socket.write("220 victim.example ESMTP\r\n");
  socket.on("data", (chunk: Buffer) => {
    const line = chunk.toString("latin1");
    if (/^EHLO/i.test(line)) socket.write("250-victim.example\r\n250 AUTH PLAIN\r\n");
    else if (/^AUTH/i.test(line)) {
      reached.set(line, (reached.get(line) ?? 0) + 1);
      socket.write("535 5.7.8 no\r\n");
    } else socket.end("221 bye\r\n");
  });
}

interface User {
  readonly user: string;
  readonly password?: string;
  readonly from: string;
}

function proxyName({ target }: Arena, user: string): string {
  return `${user}%127.0.0.1:${target.upstream.port}%${target.ownMailbox.id}`;
}

async function signIn(arena: Arena, user: User): Promise<string> {
  const peer = await enter(arena, "smtp", user.from);
  const answer = await peer.ask(authPlain(arena, user), 60_000);
  peer.destroy();
  return answer;
}

function authPlain(arena: Arena, { user, password = "secret" }: User): string {
  return `AUTH PLAIN ${Buffer.from(`\0${proxyName(arena, user)}\0${password}`).toString("base64")}\r\n`;
}

async function enter({ target }: Arena, protocol: Protocol, from: string): Promise<HostilePeer> {
  const port = protocol === "smtp" ? target.ports.submissions : target.ports.pop3s;
  const peer = await HostilePeer.connect({ port, tls: true, from });
  await peer.hears(/\r\n/);
  if (protocol === "smtp") await peer.ask("EHLO league.test\r\n");
  return peer;
}

/** A mail client's whole visit; what it hears must be the protocol, whatever its server said. */
async function useProxy(arena: Arena, protocol: Protocol, user: User, tally: Tally): Promise<void> {
  const peer = await enter(arena, protocol, user.from);
  const steps =
    protocol === "smtp"
      ? [
          authPlain(arena, user),
          "MAIL FROM:<a@b.test>\r\n",
          "RCPT TO:<c@d.test>\r\n",
          "DATA\r\n",
          "Subject: x\r\n\r\n.\r\n",
          "QUIT\r\n",
        ]
      : [
          `USER ${proxyName(arena, user.user)}\r\n`,
          "PASS secret\r\n",
          "UIDL\r\n",
          "RETR 1\r\n",
          "DELE 1\r\n",
          "QUIT\r\n",
        ];
  const wellFormed = protocol === "smtp" ? /^[2345]\d\d / : /^(?:\+OK|-ERR)/;
  for (const step of steps) {
    if (peer.end !== "open") break;
    const answer = await peer.ask(step, 1_500);
    tally.count(`${protocol}: ${answer === "" ? "no answer" : answer.slice(0, protocol === "smtp" ? 3 : 4)}`);
    // Behind a sign-in by POP3 a line may be one of a listing that its server never ended.
    const isOurs = protocol === "smtp" || /^(?:USER|PASS)/.test(step);
    tally.expect(answer === "" || !isOurs || wellFormed.test(answer), () => `${step.trim()}: ${answer}`);
    if (answer === "" || answer.startsWith("4")) break;
  }
  peer.destroy();
}
