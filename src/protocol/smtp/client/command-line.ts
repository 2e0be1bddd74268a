// SPDX-License-Identifier: Apache-2.0
import type { SmtpClientCommand } from "./machine-types.ts";

/** Postfix takes 2,048 octets of a command line; nothing that we write needs more. */
const maxCommandLineBytes = 2048;

/**
 * A command as its line. `undefined` when it cannot be one line: whatever comes from a client, it cannot smuggle a
 * second command to the upstream.
 */
export function commandLine(command: SmtpClientCommand): Buffer | undefined {
  const line = Buffer.from(`${commandText(command)}\r\n`, "utf8");
  const safe = line.length <= maxCommandLineBytes && !/\p{Cc}/u.test(line.toString("utf8", 0, line.length - 2));
  return safe ? line : undefined;
}

function commandText(command: SmtpClientCommand): string {
  switch (command.verb) {
    case "MAIL":
      return [`MAIL FROM:<${command.path}>`, ...command.parameters].join(" ");
    case "RCPT":
      return [`RCPT TO:<${command.path}>`, ...command.parameters].join(" ");
    case "DATA":
    case "RSET":
    case "NOOP":
    case "QUIT":
      return command.verb;
  }
}
