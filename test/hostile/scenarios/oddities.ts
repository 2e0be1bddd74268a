// SPDX-License-Identifier: Apache-2.0
import { HostilePeer, sourceAddress } from "../hostile-peer.ts";
import { type Scenario, Tally } from "../scenario.ts";
import { smtpReady } from "./lines.ts";

/** The lists of the two public scanners (CVE-2023-51764, -51765, -51766), as in test/interop/attacks.test.ts. */
const falseEnds = [
  "\n.\n",
  "\n.\r\n",
  "\r\n.\n",
  "\r.\r",
  "\r.\n",
  "\r.\r\n",
  "\n.\r",
  "\r\n.\r",
  "\r\n.\r\r\n",
  "\r\n\0.\r\n",
  "\r\n.\0\r\n",
];

/** Words that other programs believe. */
export const odditiesScenarios: readonly Scenario[] = [
  {
    name: "who am I: PROXY and XCLIENT",
    memoryMiB: 100,
    attack: async ({ target }) => {
      const tally = new Tally();
      const claims = [
        "PROXY TCP4 127.0.0.1 127.0.0.1 50000 25\r\n",
        "PROXY UNKNOWN\r\n",
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\xc3\x50\0\x19",
        "XCLIENT ADDR=127.0.0.1 NAME=localhost\r\n",
        "XFORWARD ADDR=127.0.0.1\r\n",
        "X-REAL-IP: 127.0.0.1\r\n",
      ];
      for (const [index, claim] of claims.entries())
        for (const port of [target.ports.smtp, target.ports.pop3]) {
          const peer = await HostilePeer.connect({ port, from: sourceAddress(1 + index) });
          await peer.hears(/\r\n/);
          const answer = await peer.ask(Buffer.from(claim, "latin1"));
          tally.count(answer.slice(0, 9));
          tally.expect(/^(?:5\d\d|421|-ERR)/.test(answer), () => `${JSON.stringify(claim)} got ${answer}`);
          peer.destroy();
        }
      const ehlo = await HostilePeer.connect({ port: target.ports.smtp, from: sourceAddress(1) });
      await ehlo.hears(/\r\n/);
      await ehlo.ask("EHLO odd.test\r\n");
      tally.expect(!/XCLIENT|XFORWARD/.test(ehlo.said), () => "XCLIENT is offered");
      ehlo.destroy();
      return tally.outcome(`${claims.length} ways to claim another address, at smtp and pop3`);
    },
  },
  {
    name: "false ends, bare CR and LF, NUL",
    memoryMiB: 100,
    attack: async ({ target, scale }) => {
      const tally = new Tally();
      const peer = await smtpReady(target.ports.smtp, 0);
      const rounds = scale === "full" ? 100 : 3;
      for (let round = 0; round < rounds; round++)
        for (const end of falseEnds) {
          await peer.ask("MAIL FROM:<smuggler@sender.test>\r\n");
          await peer.ask(`RCPT TO:<${target.address}>\r\n`);
          await peer.ask("DATA\r\n");
          const inner = `MAIL FROM:<smuggled@sender.test>\r\nRCPT TO:<${target.address}>\r\nDATA\r\nx${round}\r\n`;
          const answer = await peer.ask(Buffer.from(`Subject: x\r\n\r\n${end}${inner}.\r\n`, "latin1"));
          const next = await peer.ask("NOOP\r\n");
          tally.count(answer.slice(0, 9));
          tally.expect(
            answer.startsWith("250 2.0.0 Kept") && next === "250 2.0.0 Ok",
            () => `${JSON.stringify(end)}: ${answer}, ${next}`,
          );
        }
      for (const line of ["NOOP\n", "NO\0OP\r\n", "NOOP\rNOOP\r\n", "\0\r\n", "NOOP \x1b[2J\r\n"]) {
        const answer = await peer.ask(Buffer.from(line, "latin1"));
        tally.count(answer.slice(0, 9));
        tally.expect(answer.startsWith("500"), () => `${JSON.stringify(line)}: ${answer}`);
      }
      peer.destroy();
      return tally.outcome(
        `${rounds * falseEnds.length} messages with a smuggled one inside, and command lines that are none`,
      );
    },
  },
];
