// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { CommandIo } from "./command-io.ts";
import { readPassword } from "./password-input.ts";

/** A password that somebody chooses; on a terminal it is asked twice, for nobody sees what is typed. Throws `cli/no-password`. */
export async function readNewPassword(io: CommandIo, passwordFile: string | undefined): Promise<string> {
  const text = await ask(io, passwordFile, "New password: ");
  const typed = passwordFile === undefined && io.env["POSTERN_PASSWORD"] === undefined;
  if (!typed || (await ask(io, passwordFile, "Once more: ")) === text) return text;
  throw new PosternError("cli/no-password", "the two differ");
}

async function ask(io: CommandIo, passwordFile: string | undefined, question: string): Promise<string> {
  const password = await readPassword(io, { passwordFile, question });
  try {
    return password.expose().toString("utf8");
  } finally {
    password.wipe();
  }
}
