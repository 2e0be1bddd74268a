// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomNumbers } from "./scenario.ts";

type Protocol = "smtp" | "pop3";

const dialogs = join(import.meta.dirname, "../dialogs");

/** What clients say in the dialogs that the tests have, a line each, CRLF included: every command in its right place. */
export function dialogTurns(protocol: Protocol): readonly (readonly string[])[] {
  return readdirSync(dialogs)
    .filter((name) => name.startsWith(`${protocol}-`) && name.endsWith(".dialog"))
    .map((name) => clientTurns(readFileSync(join(dialogs, name), "utf8")));
}

function clientTurns(dialog: string): readonly string[] {
  const turns: string[] = [];
  for (const line of dialog.split("\n")) {
    const [, kind, text = ""] = /^C([:|]) ?(.*)$/.exec(line) ?? [];
    if (kind === ":") turns.push(`${text}\r\n`);
    else if (kind === "|") turns.push(withEscapes(text));
  }
  return turns;
}

/** The notation of `C|` lines, as far as it is of use here (test/dialogs/dialog.ts). */
function withEscapes(text: string): string {
  return text
    .replaceAll(/\\\*(\d{1,5})(.)/g, (_, times: string, octet: string) => octet.repeat(Number(times)))
    .replaceAll("\\r", "\r")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t")
    .replaceAll(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Words and octets at which parsers have stumbled. */
const tokens = [
  ...'\r \n \r\n \0 \t .\r\n \r\n.\r\n \n.\n \x7f \xff \xc3\x28 \u00a0 < > <> @ % \\ " : , ; = ( ) [ ] + *'.split(" "),
  ..."0 1 -1 00 4294967296 99999999999999999999 1e9 NaN SIZE=0 SIZE=-1 SIZE=99999999999999999999 BODY= SMTPUTF8".split(
    " ",
  ),
  ..."MAIL FROM: RCPT TO: DATA BDAT LAST RSET NOOP QUIT EHLO HELO STARTTLS AUTH PLAIN LOGIN XOAUTH2".split(" "),
  ..."USER PASS STAT LIST UIDL RETR TOP DELE CAPA STLS UTF8 AAAA AHgAeA== = XCLIENT PROXY".split(" "),
  "A".repeat(300),
  "@".repeat(300),
  "<".repeat(300),
  '"'.repeat(300),
  "xn--".repeat(40),
  "BDAT 10 LAST\r\n0123456789",
  "PROXY TCP4 10.0.0.1 10.0.0.2 25 25\r\n",
  "XCLIENT ADDR=127.0.0.1 NAME=localhost\r\n",
  "GET / HTTP/1.1\r\n",
];

/** Makes conversations that are nearly right. The same seed makes the same. */
export class Mutations {
  readonly #random: (below: number) => number;
  readonly #turns: readonly (readonly string[])[];

  constructor(protocol: Protocol, seed: number) {
    this.#random = randomNumbers(seed);
    this.#turns = dialogTurns(protocol).filter((turns) => turns.length > 0);
  }

  /** The turns of a conversation: pieces of one or two real ones, some of them changed. */
  conversation(): readonly Buffer[] {
    const one = this.#pick(this.#turns);
    const other = this.#random(2) === 0 ? [] : this.#pick(this.#turns);
    const turns = [...one.slice(0, 1 + this.#random(one.length)), ...other.slice(this.#random(other.length + 1))];
    return turns.map((turn) =>
      this.#random(3) === 0 ? this.mutate(Buffer.from(turn, "latin1")) : Buffer.from(turn, "latin1"),
    );
  }

  /** Octets changed in one to four places. */
  mutate(octets: Buffer): Buffer {
    let result = octets;
    for (let changes = 1 + this.#random(4); changes > 0; changes--) result = this.#change(result);
    return result.subarray(0, 64 * 1024);
  }

  pick<T>(from: readonly T[]): T {
    return this.#pick(from);
  }

  below(limit: number): number {
    return this.#random(limit);
  }

  #change(octets: Buffer): Buffer {
    const at = this.#random(octets.length + 1);
    const [before, behind] = [octets.subarray(0, at), octets.subarray(at)];
    switch (this.#random(8)) {
      case 0:
        return Buffer.concat([before, Buffer.from(this.#pick(tokens), "latin1"), behind]);
      case 1:
        return Buffer.concat([before, Buffer.from([this.#random(256)]), behind.subarray(1)]);
      case 2:
        return Buffer.concat([before, behind.subarray(1 + this.#random(8))]);
      case 3:
        return Buffer.concat([octets, before]);
      case 4:
        return Buffer.concat([
          before,
          Buffer.from(Array.from({ length: this.#random(40) }, () => this.#random(256))),
          behind,
        ]);
      case 5: {
        const piece = before.subarray(-(1 + this.#random(20)));
        return Buffer.concat([before, ...Array.from({ length: this.#random(30) }, () => piece), behind]);
      }
      case 6:
        return Buffer.from(
          octets.toString("latin1").replace("\r\n", this.#pick(["\n", "\r", "", "\r\r\n", "\n\r"])),
          "latin1",
        );
      default:
        return Buffer.concat([behind, before]);
    }
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#random(from.length)];
    if (picked === undefined) throw new RangeError("nothing to pick from");
    return picked;
  }
}
