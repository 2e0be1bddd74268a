// SPDX-License-Identifier: Apache-2.0
import { connectMany, destroyAll, HostilePeer, pause, sourceAddress } from "../hostile-peer.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";
import { smtpReady } from "./lines.ts";

/** Peers that ask and never take the answer: what waits for them must be bounded (I9). */
export const unreadScenarios: readonly Scenario[] = [
  {
    name: "replies that nobody reads",
    // 256 KiB read ahead for each of 190, 64 KiB of answers, and as much again that the collector has not seen yet.
    memoryMiB: 220,
    attack: async ({ target, scale, durationMs }) => {
      const tally = new Tally();
      const count = scale === "full" ? 190 : 60;
      const port = target.ports.smtp;
      const peers = await connectMany(count, () => ({ port, from: sourceAddress(1) }));
      await Promise.all(peers.map((peer) => peer.hears(/\r\n/)));
      for (const peer of peers) peer.stopReading();
      // The answer to EHLO is thirty times as long as the question.
      const questions = Buffer.from("EHLO a\r\n".repeat(16_384));
      await untilOver(durationMs, () => {
        for (const peer of peers) if (peer.unsentBytes < questions.length) peer.send(questions);
      });
      for (const peer of peers) tally.count(peer.end);
      destroyAll(peers);
      return tally.outcome(`${count} peers that say EHLO without end and read nothing`);
    },
  },
  {
    name: "listings that nobody reads",
    memoryMiB: 150,
    attack: async (arena) => {
      const tally = new Tally();
      const peer = await signedIn(arena);
      peer.stopReading();
      const questions = Buffer.from("CAPA\r\nLIST\r\nUIDL\r\nSTAT\r\n".repeat(5_000));
      await untilOver(arena.durationMs, () => {
        if (peer.unsentBytes < questions.length) peer.send(questions);
      });
      tally.count(peer.end);
      peer.destroy();
      return tally.outcome("one puller that asks for listings without end and reads nothing");
    },
  },
  {
    name: "pulls that never read",
    memoryMiB: 150,
    attack: async (arena) => {
      const tally = new Tally();
      const messages = arena.scale === "full" ? 24 : 4;
      await fill(arena, messages);
      const peer = await signedIn(arena);
      const count = Number(/^\+OK (\d+)/.exec(await peer.ask("STAT\r\n"))?.[1]);
      peer.stopReading();
      for (let round = 0; round < 20; round++)
        for (let number = 1; number <= count; number++) peer.send(`RETR ${number}\r\n`);
      await pause(arena.durationMs);
      tally.count(peer.end);
      peer.destroy();
      // The lease is free once the session is over, and the mail is all there: nothing was removed.
      const again = await signedInSoon(arena);
      const left = Number(/^\+OK (\d+)/.exec(await again.ask("STAT\r\n"))?.[1]);
      tally.expect(left === count && count >= messages, () => `${left} of ${count} messages are left`);
      for (let number = 1; number <= left; number++) await again.ask(`DELE ${number}\r\n`);
      await again.ask("QUIT\r\n");
      again.destroy();
      return tally.outcome(`RETR of ${count} messages of 4 MiB, 20 times each, without reading`);
    },
  },
];

async function untilOver(durationMs: number, act: () => void): Promise<void> {
  const untilMs = performance.now() + durationMs;
  while (performance.now() < untilMs) {
    act();
    await pause(20);
  }
}

async function signedIn({ target }: Arena): Promise<HostilePeer> {
  const peer = await HostilePeer.connect({ port: target.ports.pop3s, tls: true, from: sourceAddress(1) });
  await peer.hears(/\r\n/);
  await peer.ask(`USER ${target.ownMailbox.id}\r\n`);
  const answer = await peer.ask(`PASS ${target.ownMailbox.password}\r\n`);
  if (!answer.startsWith("+OK")) throw new Error(`no sign-in: ${answer}`);
  return peer;
}

/** Signs in once the session of before has ended on the other side. */
async function signedInSoon(arena: Arena): Promise<HostilePeer> {
  for (let tries = 0; ; tries++) {
    try {
      return await signedIn(arena);
    } catch (error) {
      if (tries === 600) throw error;
      await pause(200);
    }
  }
}

async function fill({ target }: Arena, messages: number): Promise<void> {
  const peer = await smtpReady(target.ports.smtp, 0);
  const content = Buffer.from(`Subject: large\r\n\r\n${`${"y".repeat(70)}\r\n`.repeat(58_254)}`);
  for (let number = 0; number < messages; number++) {
    await peer.ask(`MAIL FROM:<large${number}@sender.test>\r\n`);
    await peer.ask(`RCPT TO:<${target.ownMailbox.address}>\r\n`);
    const answer = await peer.ask(Buffer.concat([Buffer.from(`BDAT ${content.length} LAST\r\n`), content]));
    if (!answer.startsWith("250")) throw new Error(`no room: ${answer}`);
  }
  peer.destroy();
}
