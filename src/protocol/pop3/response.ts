// SPDX-License-Identifier: Apache-2.0

/**
 * What kind of no it is, for programs: `IN-USE` and `LOGIN-DELAY` by RFC 2449 §8.1, `SYS/TEMP` and `SYS/PERM` by
 * RFC 3206 §4, `AUTH` by RFC 3206 §5. A client that sees `SYS/TEMP` tries again without asking for another password.
 */
export type ResponseCode = "IN-USE" | "LOGIN-DELAY" | "SYS/TEMP" | "SYS/PERM" | "AUTH";

/** RFC 2449 §4: the first line of a response has at most 512 octets with its CRLF. */
const maxFirstLineBytes = 512;

/** A response of one line, or the first line of a longer one. `text` is ASCII. */
export function positive(text: string): string {
  return firstLine(`+OK ${text}`);
}

export function negative(text: string, code?: ResponseCode): string {
  return firstLine(code === undefined ? `-ERR ${text}` : `-ERR [${code}] ${text}`);
}

/** A multi-line response of lines that never begin with a dot (RFC 1939 §3). */
export function multiLine(text: string, lines: readonly string[]): string {
  return `${positive(text)}${lines.map((line) => `${line}\r\n`).join("")}.\r\n`;
}

/** What is neither yes nor no: the server's turn in a SASL exchange (RFC 5034 §4). `challenge` is base64. */
export function continuation(challenge: string): string {
  return `+ ${challenge}\r\n`;
}

function firstLine(line: string): string {
  return `${line.slice(0, maxFirstLineBytes - 2)}\r\n`;
}
