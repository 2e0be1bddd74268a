// SPDX-License-Identifier: Apache-2.0

/**
 * The strict ASCII armor of age, for the official vectors alone: Postern neither writes nor takes armored files, whose
 * text form gains nothing in a store and whose bytes could be changed without changing their meaning.
 */
export class ArmorFailure extends Error {
  override readonly name = "ArmorFailure";
}

const begin = "-----BEGIN AGE ENCRYPTED FILE-----";
const end = "-----END AGE ENCRYPTED FILE-----";
const columns = 64;

/** RFC 7468 §3 in its strict form; white space is allowed around the armor, nowhere within it. */
export function decodeArmor(armored: Buffer): Buffer {
  const text = armored.toString("latin1").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const lines = text.split(/\r?\n/);
  if (lines.shift() !== begin || lines.pop() !== end) throw new ArmorFailure("a boundary is missing");
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    if (isLast ? line.length === 0 || line.length > columns : line.length !== columns) {
      throw new ArmorFailure("a line has a wrong length");
    }
  }
  const encoded = lines.join("");
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) throw new ArmorFailure("not canonical base64");
  return bytes;
}
