// SPDX-License-Identifier: Apache-2.0
import type { Pop3ClientCommand } from "./client/machine-types.ts";
import { type Pop3Refusal, pop3Refusals } from "./refusal.ts";
import { parseNumber, words } from "./server/commands/argument.ts";

/** What a client of the proxy wants of its upstream, or why it is not passed on. */
export type ProxyCommand =
  | { readonly kind: "command"; readonly command: Pop3ClientCommand }
  | { readonly kind: "refused"; readonly refusal: Pop3Refusal };

/**
 * Reads a command line in the TRANSACTION state (RFC 1939 §5, §7). Only verbs that we know are passed on: of another one
 * nobody can say whether its response is multi-line, and whether it lets a message go unrecorded (I3). Commands are
 * written anew from what was read, so nothing else on the line reaches the upstream.
 *
 * @param line without its CRLF
 */
export function readProxyCommand(line: Buffer): ProxyCommand {
  const blank = line.indexOf(" ");
  const verb = line.toString("latin1", 0, blank < 0 ? line.length : blank).toUpperCase();
  const argumentsGiven = blank < 0 ? [] : words(line.subarray(blank + 1));
  switch (verb) {
    case "STAT":
    case "NOOP":
    case "RSET":
    case "QUIT":
    case "CAPA":
      return argumentsGiven.length === 0 ? passed({ verb }) : refused(pop3Refusals.argumentSyntax);
    case "LIST":
    case "UIDL":
      return argumentsGiven.length === 0
        ? passed({ verb })
        : withMessage(argumentsGiven, (message) => ({ verb, message }));
    case "RETR":
    case "DELE":
      return withMessage(argumentsGiven, (message) => ({ verb, message }));
    case "TOP":
      return top(argumentsGiven);
    case "USER":
    case "PASS":
    case "AUTH":
    case "STLS":
    case "UTF8":
      return refused(pop3Refusals.signedInAlready);
    default:
      return refused(pop3Refusals.unknownCommand);
  }
}

function withMessage(given: readonly string[], commandFor: (message: number) => Pop3ClientCommand): ProxyCommand {
  const [word, ...more] = given;
  const message = parseNumber(word);
  if (message === undefined || more.length > 0) return refused(pop3Refusals.argumentSyntax);
  // RFC 1939 §4: the first message has the number 1.
  return message === 0 ? refused(pop3Refusals.noSuchMessage) : passed(commandFor(message));
}

function top(given: readonly string[]): ProxyCommand {
  const [word, linesWord, ...more] = given;
  const lines = parseNumber(linesWord);
  if (word === undefined || lines === undefined || more.length > 0) return refused(pop3Refusals.argumentSyntax);
  return withMessage([word], (message) => ({ verb: "TOP", message, lines }));
}

function passed(command: Pop3ClientCommand): ProxyCommand {
  return { kind: "command", command };
}

function refused(refusal: Pop3Refusal): ProxyCommand {
  return { kind: "refused", refusal };
}
