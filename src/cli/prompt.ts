// SPDX-License-Identifier: Apache-2.0
import { createInterface } from "node:readline/promises";
import { PosternError } from "../base/errors.ts";
import { SecretBytes } from "../base/secret.ts";
import type { CommandIo } from "./command-io.ts";

const key = { interrupt: 3, endOfInput: 4, backspace: 8, lineFeed: 10, carriageReturn: 13, eraseLine: 21, delete: 127 };

/** Longer than any password; what comes beyond is ignored. */
const maxPasswordBytes = 1024;

/** Asks on the terminal without showing what is typed. Ctrl-C and Ctrl-D end with `cli/no-password`. */
export async function askSecret({ stdin, stderr }: CommandIo, question: string): Promise<SecretBytes> {
  // Before the question: whoever answers at once must not see it echoed.
  stdin.setRawMode(true);
  stderr.write(question);
  const typed = Buffer.alloc(maxPasswordBytes);
  let length = 0;
  try {
    for await (const chunk of stdin.iterator({ destroyOnReturn: false })) {
      for (const octet of Buffer.from(chunk)) {
        if (octet === key.lineFeed || octet === key.carriageReturn) {
          return SecretBytes.own(Buffer.from(typed.subarray(0, length)));
        }
        if (octet === key.interrupt || (octet === key.endOfInput && length === 0)) throw noPassword("it was not typed");
        if (octet === key.eraseLine) length = 0;
        else if (octet === key.backspace || octet === key.delete) length = lengthWithoutLast(typed, length);
        else if (length < typed.length) typed[length++] = octet;
      }
    }
    throw noPassword("the terminal was closed");
  } finally {
    typed.fill(0);
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

/** Asks for a line on the terminal. */
export async function askLine({ stdin, stderr }: CommandIo, question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** One character less; in UTF-8 it may have several octets, of which all but the first begin with the bits 10. */
function lengthWithoutLast(typed: Buffer, length: number): number {
  let shorter = length;
  do shorter--;
  while (shorter > 0 && ((typed[shorter] ?? 0) & 0xc0) === 0x80);
  return Math.max(shorter, 0);
}

function noPassword(detail: string): PosternError {
  return new PosternError("cli/no-password", detail);
}
