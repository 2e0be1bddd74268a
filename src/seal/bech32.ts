// SPDX-License-Identifier: Apache-2.0

/**
 * Bech32 (BIP 173) without its limit of 90 characters, as age writes keys. Works on octets, not strings, because a
 * string that holds a private key cannot be wiped.
 */
const alphabet = Buffer.from("qpzry9x8gf2tvdw0s3jn54khce6mua7l", "latin1");
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const separator = 0x31;
const checksumSymbols = 6;

/** Writes lower-case bech32; `toUpperCase` for identities. `prefix` is lower case. */
export function encodeBech32(prefix: string, bytes: Uint8Array): Buffer {
  const symbols = toSymbols(bytes);
  const checksum = checksumOf(prefix, symbols) ^ 1;
  const text = Buffer.alloc(prefix.length + 1 + symbols.length + checksumSymbols);
  let at = text.write(`${prefix}1`, "latin1");
  for (const symbol of symbols) text[at++] = alphabet[symbol] ?? 0;
  for (let i = 0; i < checksumSymbols; i++) {
    text[at++] = alphabet[(checksum >>> (5 * (5 - i))) & 31] ?? 0;
  }
  symbols.fill(0);
  return text;
}

/** Takes bech32 text apart; the prefix comes in lower case. `undefined` for anything malformed or of mixed case. */
export function decodeBech32(text: Uint8Array): { readonly prefix: string; readonly bytes: Buffer } | undefined {
  const lower = toOneCase(text);
  if (lower === undefined) return undefined;
  try {
    const split = lower.lastIndexOf(separator);
    if (split < 1 || lower.length - split - 1 < checksumSymbols) return undefined;
    const prefix = lower.toString("latin1", 0, split);
    const symbols = lower.subarray(split + 1);
    for (let i = 0; i < symbols.length; i++) {
      const value = alphabet.indexOf(symbols[i] ?? 0);
      if (value < 0) return undefined;
      symbols[i] = value;
    }
    if (checksumOf(prefix, symbols.subarray(0, -checksumSymbols), symbols.subarray(-checksumSymbols)) !== 1) {
      return undefined;
    }
    const bytes = fromSymbols(symbols.subarray(0, -checksumSymbols));
    return bytes === undefined ? undefined : { prefix, bytes };
  } finally {
    lower.fill(0);
  }
}

/** Turns a-z to A-Z in place. */
export function toUpperCase(text: Buffer): Buffer {
  for (let i = 0; i < text.length; i++) {
    const octet = text[i] ?? 0;
    if (octet >= 0x61 && octet <= 0x7a) text[i] = octet - 0x20;
  }
  return text;
}

/** A lower-case copy; `undefined` when there are octets beyond printable ASCII or both cases. */
function toOneCase(text: Uint8Array): Buffer | undefined {
  let hasLower = false;
  let hasUpper = false;
  for (const octet of text) {
    if (octet < 0x21 || octet > 0x7e) return undefined;
    hasLower ||= octet >= 0x61 && octet <= 0x7a;
    hasUpper ||= octet >= 0x41 && octet <= 0x5a;
  }
  if (hasLower && hasUpper) return undefined;
  const lower = Buffer.from(text);
  if (hasUpper) {
    for (let i = 0; i < lower.length; i++) {
      const octet = lower[i] ?? 0;
      if (octet >= 0x41 && octet <= 0x5a) lower[i] = octet + 0x20;
    }
  }
  return lower;
}

function checksumOf(prefix: string, symbols: Uint8Array, checksum: Uint8Array = Buffer.alloc(checksumSymbols)): number {
  let state = 1;
  for (let i = 0; i < prefix.length; i++) state = step(state, prefix.charCodeAt(i) >>> 5);
  state = step(state, 0);
  for (let i = 0; i < prefix.length; i++) state = step(state, prefix.charCodeAt(i) & 31);
  for (const symbol of symbols) state = step(state, symbol);
  for (const symbol of checksum) state = step(state, symbol);
  return state;
}

function step(state: number, symbol: number): number {
  const top = state >>> 25;
  let next = ((state & 0x1ffffff) << 5) ^ symbol;
  for (let bit = 0; bit < generator.length; bit++) {
    if ((top >>> bit) & 1) next ^= generator[bit] ?? 0;
  }
  return next;
}

/** Eight bits to five, the last symbol filled with zero bits. */
function toSymbols(bytes: Uint8Array): Buffer {
  const symbols = Buffer.alloc(Math.ceil((bytes.length * 8) / 5));
  let bits = 0;
  let waiting = 0;
  let at = 0;
  for (const octet of bytes) {
    bits = ((bits << 8) | octet) & 0xfff;
    waiting += 8;
    while (waiting >= 5) {
      waiting -= 5;
      symbols[at++] = (bits >>> waiting) & 31;
    }
  }
  if (waiting > 0) symbols[at] = (bits << (5 - waiting)) & 31;
  return symbols;
}

/** Five bits to eight; refuses filling that is a whole symbol or not zero, so that one key has one text. */
function fromSymbols(symbols: Uint8Array): Buffer | undefined {
  const bytes = Buffer.alloc(Math.floor((symbols.length * 5) / 8));
  let bits = 0;
  let waiting = 0;
  let at = 0;
  for (const symbol of symbols) {
    bits = ((bits << 5) | symbol) & 0xfff;
    waiting += 5;
    if (waiting >= 8) {
      waiting -= 8;
      bytes[at++] = (bits >>> waiting) & 0xff;
    }
  }
  if (waiting >= 5 || (bits & ((1 << waiting) - 1)) !== 0) {
    bytes.fill(0);
    return undefined;
  }
  return bytes;
}
