// SPDX-License-Identifier: Apache-2.0
import { sha256, withoutTraceBlock } from "../../support/expected-content.ts";
import { Pop3Client } from "../../support/pop3-client.ts";
import { type Scenario, Tally } from "../scenario.ts";
import { smtpReady } from "./lines.ts";

const mebibyte = 1024 * 1024;

/**
 * Content that takes programs apart which read header and structure. The gateway keeps octets and reads neither; the
 * memory that is allowed is that of a few messages.
 */
export const bombScenarios: readonly Scenario[] = [
  {
    name: "content that is a bomb for whoever reads it",
    memoryMiB: 120,
    attack: async ({ target, scale }) => {
      const tally = new Tally();
      const bombs = contentBombs(scale === "full" ? 10 : 1);
      const smtp = await smtpReady(target.ports.smtp, 0);
      for (const [name, content] of bombs) {
        await smtp.ask("MAIL FROM:<bomb@sender.test>\r\n");
        await smtp.ask(`RCPT TO:<${target.address}>\r\n`);
        const octets = Buffer.from(content, "latin1");
        const answer = await smtp.ask(Buffer.concat([Buffer.from(`BDAT ${octets.length} LAST\r\n`), octets]));
        tally.count(answer.slice(0, 9));
        tally.expect(answer.startsWith("250 2.0.0 Kept"), () => `${name}: ${answer}`);
      }
      smtp.destroy();
      await pullAll(target.ports.pop3s, { mailbox: target.ownMailbox, bombs, tally });
      return tally.outcome(
        `${bombs.length} messages: nested parts, thousands of parts, strange boundaries, huge headers`,
      );
    },
  },
];

interface Pulled {
  readonly mailbox: { readonly id: string; readonly password: string };
  readonly bombs: readonly (readonly [name: string, content: string])[];
  readonly tally: Tally;
}

/** RETR, and TOP without a line of the body: every octet of the content comes, and the whole header. */
async function pullAll(port: number, { mailbox, bombs, tally }: Pulled): Promise<void> {
  const wanted = new Map(bombs.map(([name, content]) => [sha256(Buffer.from(content, "latin1")), name]));
  const client = await Pop3Client.connect({ port, tls: { rejectUnauthorized: false, servername: "localhost" } });
  await client.signIn(mailbox.id, mailbox.password);
  const count = Number((await client.command("STAT")).split(" ")[0]);
  // What came before is the mail of other scenarios.
  for (let number = count - bombs.length + 1; number <= count; number++) {
    const { content } = withoutTraceBlock(await client.retrieve(number));
    const name = wanted.get(sha256(content));
    wanted.delete(sha256(content));
    tally.expect(name !== undefined, () => `message ${number} of ${content.length} octets is none that was sent`);
    await client.command(`TOP ${number} 0`);
    const top = withoutTraceBlock(await client.block()).content;
    const blankLine = content.indexOf("\r\n\r\n");
    const header = content.subarray(0, content.indexOf("\r\n") === 0 ? 2 : blankLine + 4);
    tally.expect(top.equals(header), () => `TOP of ${name}: ${top.length} octets of a header of ${header.length}`);
    tally.count("pulled whole");
  }
  tally.expect(wanted.size === 0, () => `not pulled: ${[...wanted.values()].join(", ")}`);
  await client.quit();
}

/** `times` as large where size is what hurts. All lines end in CRLF, so that they come back as they were sent. */
function contentBombs(times: number): readonly (readonly [name: string, content: string])[] {
  const head = (fields: string): string => `From: <bomb@sender.test>\r\nMIME-Version: 1.0\r\n${fields}\r\n`;
  const mixed = (boundary: string): string => `Content-Type: multipart/mixed; boundary="${boundary}"\r\n`;
  const nested = Array.from({ length: 2000 * times }, (_, at) => `${mixed(`b${at}`)}\r\n--b${at}\r\n`).join("");
  const parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(20_000 * times);
  const filled = (unit: string): string => unit.repeat(Math.ceil((mebibyte * times) / unit.length));
  return [
    ["parts in parts", head(nested)],
    ["messages in messages", head("Content-Type: message/rfc822\r\n\r\n".repeat(5000 * times))],
    ["thousands of parts", head(mixed("b")) + parts],
    ["a boundary that is the beginning of others", head(mixed("-")) + filled("------\r\n")],
    ["a boundary without an end", head(`Content-Type: multipart/mixed; boundary="${filled("b")}\r\n`)],
    ["boundaries and no blank line", head("") + filled("--\r\n")],
    ["a folded header", head(`Subject: x\r\n${filled(" folded\r\n")}`)],
    ["a header folded to nothing", head(`Subject:\r\n${filled(" \r\n")}`)],
    ["a header in one line", head(`X-Long: ${filled("x")}\r\n`)],
    ["as many header fields as there is room for", head(filled("A: b\r\n"))],
    ["encoded words", head(`Subject: ${filled("=?utf-8?b?w6Q=?= ")}\r\n`)],
    ["parameters in pieces", head(`Content-Type: text/plain;${filled(' a*0*="%41";')}\r\n`)],
    ["comments in comments", head(`Date: ${filled("(")}\r\n`)],
    ["the end of a trace block", `X-Postern-Trace: end\r\n${head(filled("X-Postern-Trace: end\r\n"))}`],
    ["no header at all", `\r\n${filled("\r\n")}`],
  ];
}
