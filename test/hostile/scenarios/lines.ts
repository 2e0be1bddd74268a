// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../../src/base/limits.ts";
import { HostilePeer, pause, sourceAddress } from "../hostile-peer.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";

const MiB = 1024 * 1024;

/** Lines without end, envelopes without end, and lines that are none. */
export const lineScenarios: readonly Scenario[] = [
  {
    name: "endless lines",
    memoryMiB: 120,
    attack: async (arena) => {
      const tally = new Tally();
      const begun = [
        { port: arena.target.ports.smtp, before: "", start: "EHLO " },
        { port: arena.target.ports.smtp, before: "EHLO long.test\r\n", start: "MAIL FROM:<" },
        { port: arena.target.ports.submissions, tls: true, before: "EHLO long.test\r\n", start: "AUTH PLAIN " },
        { port: arena.target.ports.submissions, tls: true, before: "EHLO long.test\r\nAUTH LOGIN\r\n", start: "QUFB" },
        { port: arena.target.ports.pop3, before: "", start: "USER " },
        { port: arena.target.ports.pop3s, tls: true, before: "AUTH PLAIN\r\n", start: "QUFB" },
      ];
      const sent = await Promise.all(
        begun.map(async ({ port, tls = false, before, start }, index) => {
          const peer = await HostilePeer.connect({ port, tls, from: sourceAddress(1 + index) });
          await peer.hears(/\r\n/);
          peer.send(before);
          await pause(200);
          peer.send(start);
          const octets = await pour(peer, arena);
          tally.count(
            `${/^(\d{3} [\d.]*|-ERR)/.exec(peer.said.split("\r\n").at(-2) ?? "")?.[1] ?? "nothing"}, ${peer.end}`,
          );
          peer.destroy();
          return octets;
        }),
      );
      const total = Math.round(sent.reduce((sum, each) => sum + each, 0) / MiB);
      return tally.outcome(`6 lines without an end, ${total} MiB taken from us`);
    },
  },
  {
    name: "ten thousand recipients",
    memoryMiB: 120,
    attack: async ({ target }) => {
      const tally = new Tally();
      const peer = await smtpReady(target.ports.smtp, 1);
      await peer.ask("MAIL FROM:<many@sender.test>\r\n");
      peer.said = "";
      let codes = "";
      // One after the other in groups: all of them in one piece would be the test of "replies that nobody reads".
      for (let group = 0; group < 100 && peer.end === "open"; group++) {
        peer.said = "";
        peer.send(`RCPT TO:<${target.address}>\r\n`.repeat(100));
        await peer.hears(/(?:.*\r\n){100}/);
        codes += peer.said;
      }
      const replies = codes.split("\r\n").filter((line) => line !== "");
      for (const reply of replies) tally.count(reply.slice(0, 9));
      const taken = replies.filter((reply) => reply.startsWith("250 ")).length;
      tally.expect(taken === limits.recipientsPerTransaction, () => `${taken} recipients were taken`);
      const last = await peer.ask("DATA\r\n");
      tally.count(`DATA: ${last.slice(0, 3)}`);
      peer.destroy();
      return tally.outcome("10,000 RCPT for one mailbox in one transaction");
    },
  },
  {
    name: "addresses that there are not",
    memoryMiB: 120,
    attack: async ({ target, durationMs }) => {
      const tally = new Tally();
      const domain = target.address.split("@")[1] ?? "";
      const untilMs = performance.now() + durationMs;
      let tried = 0;
      for (let round = 0; performance.now() < untilMs; round++) {
        const peer = await smtpReady(target.ports.smtp, round % 20);
        await peer.ask("MAIL FROM:<probe@sender.test>\r\n");
        for (let probe = 0; probe < 200 && peer.end === "open"; probe++) {
          tried += 1;
          const answer = await peer.ask(`RCPT TO:<mbx-${String(tried).padStart(32, "0")}@${domain}>\r\n`);
          tally.count(answer.slice(0, 9));
          tally.expect(!answer.startsWith("250"), () => `taken: ${answer}`);
        }
        peer.destroy();
      }
      return tally.outcome(`${tried} guessed addresses`);
    },
  },
];

/** Sends what ends no line until the gateway has had enough, or for the duration; returns the octets it took. */
async function pour(peer: HostilePeer, { durationMs }: Arena): Promise<number> {
  const piece = Buffer.alloc(64 * 1024, "A");
  const untilMs = performance.now() + durationMs;
  let sent = 0;
  while (performance.now() < untilMs && peer.end === "open") {
    if (peer.unsentBytes < MiB) {
      peer.send(piece);
      sent += piece.length;
    } else await pause(5);
    if (sent % MiB === 0) await pause(0);
  }
  return sent - peer.unsentBytes;
}

/** A session over STARTTLS that has said EHLO. */
export async function smtpReady(port: number, source: number): Promise<HostilePeer> {
  const peer = await HostilePeer.connect({ port, from: sourceAddress(1 + source) });
  await peer.hears(/^220 .*\r\n/);
  await peer.ask("EHLO hostile.test\r\n");
  await peer.ask("STARTTLS\r\n");
  await peer.startTls();
  await peer.ask("EHLO hostile.test\r\n");
  return peer;
}
