// SPDX-License-Identifier: Apache-2.0

/** RFC 2045 §6.7: the octets of an encoded line, without its CRLF. */
const encodedLine = 76;
/** RFC 5322 §2.1.1 wants at most 78; so none needs a soft line break of the encoding. */
const readableLine = 74;
/** RFC 2047 §2: a line has 76 octets; the field's name takes 9, `=?UTF-8?B?` and `?=` 12; four characters stand for three. */
const wordOctets = 39;

/** One line: what somebody named or a peer sent must not begin a line, a field or an escape of its own. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim()
    .toWellFormed();
}

/** The body of an unstructured header field, folded (RFC 5322 §2.2.3), with encoded words where it is not ASCII. */
export function headerText(name: string, text: string): string {
  const plain = oneLine(text);
  const words = /^[\x20-\x7e]*$/.test(plain) && !plain.includes("=?") ? plain.split(" ") : encodedWords(plain);
  let line = `${name}:`;
  const lines: string[] = [];
  for (const word of words) {
    if (line.length + 1 + word.length > readableLine && line.length > name.length + 1) {
      lines.push(line);
      line = "";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\r\n");
}

/** RFC 2047 §5: no character is cut in two. */
function encodedWords(text: string): readonly string[] {
  const words: string[] = [];
  let piece = "";
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > wordOctets) {
      words.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...words, piece].map((each) => `=?UTF-8?B?${Buffer.from(each, "utf8").toString("base64")}?=`);
}

/** Breaks a line between words; what follows is indented like it, also behind a bullet. */
export function wrap(line: string): readonly string[] {
  const start = /^(?:\* )? */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let now = start;
  let isEmpty = true;
  for (const word of line.slice(start.length).split(" ")) {
    if (!isEmpty && now.length + 1 + word.length > readableLine) {
      lines.push(now);
      now = " ".repeat(start.length);
      isEmpty = true;
    }
    now += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, now];
}

export interface EncodedBody {
  readonly encoding: "7bit" | "quoted-printable";
  readonly charset: "us-ascii" | "utf-8";
  readonly body: string;
}

/** The lines as a body: as they are when they are short ASCII, else as quoted-printable (RFC 2045 §6.7). */
export function encodeBody(lines: readonly string[]): EncodedBody {
  const isPlain = lines.every((line) => line.length <= 998 && /^[\x20-\x7e]*$/.test(line));
  if (isPlain) return { encoding: "7bit", charset: "us-ascii", body: ended(lines) };
  return { encoding: "quoted-printable", charset: "utf-8", body: ended(lines.flatMap(quotedPrintable)) };
}

function ended(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

function quotedPrintable(line: string): readonly string[] {
  const lines: string[] = [];
  let now = "";
  const octets = Buffer.from(line, "utf8");
  octets.forEach((octet, at) => {
    const isLast = at === octets.length - 1;
    const unit = quoted(octet, isLast);
    // A soft line break takes one place.
    if (now.length + unit.length > encodedLine - 1) {
      lines.push(`${now}=`);
      now = "";
    }
    now += unit;
  });
  return [...lines, now];
}

/** Blanks at the end of a line would get lost on the way. */
function quoted(octet: number, isLast: boolean): string {
  const isPlain = octet >= 0x20 && octet <= 0x7e && octet !== 0x3d && !(octet === 0x20 && isLast);
  return isPlain ? String.fromCharCode(octet) : `=${octet.toString(16).toUpperCase().padStart(2, "0")}`;
}
