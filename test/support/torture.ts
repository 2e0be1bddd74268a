// SPDX-License-Identifier: Apache-2.0
import type { TestMessage } from "./corpus.ts";

/**
 * Messages that public collections lack: what breaks a transport, a store or a parser. Made by rule, the same each time.
 */
export function tortureMessages(): readonly TestMessage[] {
  return [...lineEnds(), ...octets(), ...dots(), ...shapes(), ...sizes()];
}

function message(name: string, content: Uint8Array | string): TestMessage {
  return {
    name: `torture/${name}`,
    content: typeof content === "string" ? Buffer.from(content) : Buffer.from(content),
  };
}

/** A plain header section that names the case, so that no two cases are the same message. */
function header(name: string): string {
  return `From: <torture@example.com>\r\nTo: <archive@example.com>\r\nSubject: ${name}\r\nMessage-ID: <${name}@example.com>\r\n`;
}

function withBody(name: string, body: Uint8Array | string): TestMessage {
  return message(name, Buffer.concat([Buffer.from(`${header(name)}\r\n`), Buffer.from(body)]));
}

function lineEnds(): TestMessage[] {
  return [
    withBody("bare-lf", "one\ntwo\nthree\r\n"),
    withBody("bare-cr", "one\rtwo\rthree\r\n"),
    withBody("crcrlf", "one\r\r\ntwo\r\r\n"),
    withBody("lfcr", "one\n\rtwo\n\r\r\n"),
    withBody("only-cr-at-end", "one\r"),
    withBody("only-lf-at-end", "one\n"),
    withBody("no-final-crlf", "the last line does not end"),
    withBody("many-empty-lines", "\r\n".repeat(5000)),
    message("all-bare-lf", `${header("all-bare-lf")}\r\nbody\r\n`.replaceAll("\r\n", "\n")),
    message("all-bare-cr", `${header("all-bare-cr")}\r\nbody\r\n`.replaceAll("\r\n", "\r")),
  ];
}

function octets(): TestMessage[] {
  const all = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
  return [
    withBody("nul", "a\0b\0\0c\r\n\0\r\n"),
    withBody("all-octets", Buffer.concat([all, Buffer.from("\r\n"), all.toReversed(), Buffer.from("\r\n")])),
    withBody("pseudo-random-octets", pseudoRandomOctets(200_000, 7)),
    message(
      "8-bit-header",
      Buffer.concat([Buffer.from(header("8-bit-header")), latin1("X-Latin: \xe4\xf6\xfc\xff\r\n\r\nx\r\n")]),
    ),
    withBody("invalid-utf-8", latin1("\xc0\xaf \xed\xa0\x80 \xf8\x88\x80\x80\x80 \xe2\x82\r\n")),
    message("bom", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(`${header("bom")}\r\nx\r\n`)])),
    message("nul-in-header", `${header("nul-in-header")}X-Nul: a\0b\r\n\r\nx\r\n`),
  ];
}

function dots(): TestMessage[] {
  return [
    message("dot-first", `.\r\n${header("dot-first")}\r\nx\r\n`),
    withBody("dots-everywhere", ".\r\n..\r\n...\r\n.a\r\n..a\r\na.\r\n \r\n.\r\n\r\n.\r\n..\r\n"),
    withBody("dot-at-end", "x\r\n."),
    withBody("dot-line-at-end", "x\r\n.\r\n"),
    withBody("dot-after-bare-lf", "x\n.\ny\n..z\n.\r\nQUIT\r\n"),
    withBody("dot-after-bare-cr", "x\r.\ry\r..z\r.\r\n"),
    withBody("dot-between-bare-line-ends", "a\r\n.\nb\r\n.\rc\n.\r\nd\r.\r\ne\r\n.\r\r\nf\r\r\n.\r\r\n"),
    withBody("dot-and-nul", "a\r\n\0.\r\nb\r\n.\0\r\nc\r\n"),
    withBody("every-dot-is-at-a-packet-edge", `${"x".repeat(1457)}\r\n.\r\n`.repeat(50)),
    message("only-dots", ".\r\n".repeat(2000)),
    message("lone-dot", "."),
  ];
}

function shapes(): TestMessage[] {
  const name = "duplicated-message-id";
  return [
    message("empty", ""),
    message("one-octet", "x"),
    message("only-crlf", "\r\n"),
    message("only-header", header("only-header")),
    message("no-header", "just text, no header at all\r\n"),
    withBody("from-lines", "From someone@example.com Thu Jan  1 00:00:00 1970\r\n>From here\r\n>>From there\r\n"),
    message("from-line-first", `From x@example.com Thu Jan  1 00:00:00 1970\r\n${header("from-line-first")}\r\nx\r\n`),
    message(name, `${header(name)}Message-ID: <another@example.com>\r\n\r\nfirst\r\n`),
    message(`${name}-again`, `${header(name)}\r\nsecond\r\n`),
    withBody("trace-block-forged", "X-Postern-Trace: end\r\n\r\nX-Postern-Normalized: nul\r\n"),
    message("trace-block-on-top", `X-Postern-Trace: end\r\n${header("trace-block-on-top")}\r\nx\r\n`),
    message("100000-headers", `${header("100000-headers")}${numbered(100_000, (n) => `X-${n}: ${n}\r\n`)}\r\nx\r\n`),
    message(
      "header-folded-1-mb",
      `${header("header-folded-1-mb")}X-Folded: 0${numbered(65_536, () => "\r\n folded-again")}\r\n\r\nx\r\n`,
    ),
    parts(10_000),
    depth(10_000),
  ];
}

function sizes(): TestMessage[] {
  return [
    withBody("line-of-1-mb", `${"y".repeat(1024 * 1024)}\r\n`),
    message("header-line-of-1-mb", `${header("header-line-of-1-mb")}X-Long: ${"z".repeat(1024 * 1024)}\r\n\r\nx\r\n`),
    // The edges of the 64 KiB chunks that a sealed message is made of, and of the 512 KiB above which it has its own file.
    ...[65_535, 65_536, 65_537, 131_072, 524_287, 524_288, 524_289].map((bytes) => sized(`size-${bytes}`, bytes)),
  ];
}

/** A message of exactly `bytes` octets in lines of 76. */
function sized(name: string, bytes: number): TestMessage {
  return message(name, Buffer.concat([...largeMessage(name, bytes)]));
}

/**
 * A message of exactly `bytes` octets, in pieces of up to 64 KiB, so that 250 MiB need no memory. Ends in CRLF. The
 * body is not a repetition: an exchanged or lost piece changes the digest.
 */
export function* largeMessage(name: string, bytes: number): Generator<Buffer> {
  const head = Buffer.from(`${header(name)}\r\n`);
  if (bytes < head.length + 2) throw new RangeError("too small for a header section");
  yield head;
  let left = bytes - head.length - 2;
  for (let line = 0; left > 0; ) {
    let piece = "";
    for (; piece.length < 64_000; line++)
      piece += `${String(line).padStart(12, "0")} ${"0123456789abcdef".repeat(4).slice(0, 61)}\r\n`;
    const part = Buffer.from(piece).subarray(0, left);
    left -= part.length;
    // A cut through a CRLF would leave a bare CR.
    if (left === 0 && part.at(-1) === 13) part[part.length - 1] = 46;
    yield part;
  }
  yield Buffer.from("\r\n");
}

/** Octets of a fixed xorshift generator. */
export function pseudoRandomOctets(count: number, seed: number): Buffer {
  const random = pseudoRandom(seed);
  return Buffer.from(Array.from({ length: count }, () => random(256)));
}

/** Whole numbers below a bound, the same row for the same seed. */
export function pseudoRandom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

function parts(count: number): TestMessage {
  const name = `${count}-parts`;
  return message(
    name,
    `${header(name)}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${numbered(count, (n) => `--b\r\n\r\n${n}\r\n`)}--b--\r\n`,
  );
}

function depth(count: number): TestMessage {
  const name = `depth-${count}`;
  const open = numbered(count, (n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`);
  return message(name, `${header(name)}MIME-Version: 1.0\r\n${open}Content-Type: text/plain\r\n\r\ndeep\r\n`);
}

function numbered(count: number, make: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => make(n)).join("");
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
