// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { CR, LF } from "../base/bytes.ts";
import { describeError, PosternError } from "../base/errors.ts";
import { SecretBytes } from "../base/secret.ts";
import type { CommandIo } from "./command-io.ts";
import { askSecret } from "./prompt.ts";

/**
 * The mailbox password: from the file (`-` is standard input), else from POSTERN_PASSWORD, else asked on the terminal.
 * Never from an argument, which every user of the machine could read. The caller wipes it. Throws `cli/no-password`.
 */
export async function readPassword(
  io: CommandIo,
  { passwordFile, question }: { readonly passwordFile: string | undefined; readonly question: string },
): Promise<SecretBytes> {
  const password = await givenPassword(io, passwordFile, question);
  if (password.expose().length > 0) return password;
  throw new PosternError("cli/no-password", "what was given is empty");
}

async function givenPassword(io: CommandIo, file: string | undefined, question: string): Promise<SecretBytes> {
  if (file === "-") return firstLine(await buffer(io.stdin));
  if (file !== undefined) return firstLine(await readPasswordFile(file));
  const fromEnvironment = io.env["POSTERN_PASSWORD"];
  if (fromEnvironment !== undefined) return SecretBytes.fromText(fromEnvironment);
  if (io.stdin.isTTY) return askSecret(io, question);
  throw new PosternError("cli/no-password", "give --password-file FILE (- for standard input) or set POSTERN_PASSWORD");
}

async function readPasswordFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new PosternError("cli/no-password", `the password file cannot be read: ${describeError(error)}`, {
      cause: error,
    });
  }
}

/** Editors and `echo` end a file with a line end that does not belong to the password. */
function firstLine(content: Buffer): SecretBytes {
  const lineFeed = content.indexOf(LF);
  const end = lineFeed < 0 ? content.length : lineFeed;
  const line = Buffer.from(content.subarray(0, content[end - 1] === CR ? end - 1 : end));
  content.fill(0);
  return SecretBytes.own(line);
}
