// SPDX-License-Identifier: Apache-2.0
import { CR, LF, NUL } from "../../../base/bytes.ts";
import type { Pop3ClientCommand } from "./machine-types.ts";

/** A command as its line. Numbers only, so nothing of a client can smuggle a second command to the upstream. */
export function commandLine(command: Pop3ClientCommand): Buffer {
  return Buffer.from(`${commandText(command)}\r\n`, "latin1");
}

function commandText(command: Pop3ClientCommand): string {
  if (command.verb === "TOP") return `TOP ${command.message} ${command.lines}`;
  const message = "message" in command ? command.message : undefined;
  return message === undefined ? command.verb : `${command.verb} ${message}`;
}

/** Whether a positive response has a multi-line part (RFC 1939 §5, §7; RFC 2449 §5). */
export function isMultiLine(command: Pop3ClientCommand): boolean {
  switch (command.verb) {
    case "RETR":
    case "TOP":
    case "CAPA":
      return true;
    case "LIST":
    case "UIDL":
      return command.message === undefined;
    case "STAT":
    case "NOOP":
    case "RSET":
    case "QUIT":
    case "DELE":
      return false;
  }
}

/**
 * USER and PASS as lines. `undefined` when the name or the password holds what would end a line: PLAIN can carry such a
 * password, PASS cannot.
 */
export function userAndPass(
  userName: string,
  secret: Buffer,
): { readonly user: Buffer; readonly pass: Buffer } | undefined {
  const user = Buffer.from(userName, "utf8");
  if ([CR, LF, NUL].some((octet) => user.includes(octet) || secret.includes(octet))) return undefined;
  const end = Buffer.from("\r\n");
  return {
    user: Buffer.concat([Buffer.from("USER "), user, end]),
    pass: Buffer.concat([Buffer.from("PASS "), secret, end]),
  };
}
