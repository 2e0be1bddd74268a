// SPDX-License-Identifier: Apache-2.0

/** A reply (RFC 5321 §4.2) with its enhanced status code (RFC 2034 §4), which stands on every line. */
export interface Reply {
  readonly code: number;
  /** Absent in the greeting and in replies to EHLO and HELO, and in 3yz replies. */
  readonly enhanced?: string;
  /** One text a line, without codes; at least one. */
  readonly lines: readonly string[];
}

export function reply(code: number, enhanced: string | undefined, ...lines: string[]): Reply {
  return { code, lines, ...(enhanced === undefined ? {} : { enhanced }) };
}

/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets with its CRLF. */
const maxReplyLineBytes = 512;

/** The octets of a reply, every line ended. Texts are cut where a line would be too long. */
export function formatReply({ code, enhanced, lines }: Reply): string {
  let text = "";
  lines.forEach((line, at) => {
    const separator = at === lines.length - 1 ? " " : "-";
    const whole = `${code}${separator}${enhanced === undefined ? "" : `${enhanced} `}${line}`;
    text += `${whole.slice(0, maxReplyLineBytes - 2)}\r\n`;
  });
  return text;
}
