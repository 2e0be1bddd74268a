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

/**
 * The octets of a reply, every line ended. What would be too long is cut. Control characters become blanks: a text that
 * came from an upstream must not end the line and go on as a reply of its own.
 */
export function formatReply({ code, enhanced, lines }: Reply): string {
  let text = "";
  lines.forEach((line, at) => {
    const separator = at === lines.length - 1 ? " " : "-";
    const whole = `${code}${separator}${enhanced === undefined ? "" : `${enhanced} `}${line}`;
    text += `${cut(whole.replace(/\p{Cc}/gu, " "), maxReplyLineBytes - 2)}\r\n`;
  });
  return text;
}

/** The longest beginning that fits without a character cut in two (RFC 6531 §3.7.4.1 lets replies be UTF-8). */
function cut(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const octets = Buffer.from(text, "utf8");
  if (octets.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return octets.toString("utf8", 0, end);
}
