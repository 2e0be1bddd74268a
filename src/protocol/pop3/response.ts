// SPDX-License-Identifier: Apache-2.0

/** RFC 2449 §8, RFC 3206 §4: what kind of no it is, for programs. */
export type ResponseCode = "IN-USE" | "LOGIN-DELAY" | "SYS/TEMP" | "SYS/PERM" | "AUTH";

export function positive(text: string): string {
  return `+OK ${text}\r\n`;
}

export function negative(text: string, code?: ResponseCode): string {
  return code === undefined ? `-ERR ${text}\r\n` : `-ERR [${code}] ${text}\r\n`;
}

/** A multi-line response of lines that never begin with a dot (RFC 1939 §3). */
export function multiLine(text: string, lines: readonly string[]): string {
  return `${positive(text)}${lines.map((line) => `${line}\r\n`).join("")}.\r\n`;
}
