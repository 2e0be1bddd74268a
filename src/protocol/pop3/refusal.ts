// SPDX-License-Identifier: Apache-2.0
import type { ResponseCode } from "./response.ts";

/**
 * A refusal has two faces: text and response code for the peer, without names or settings; the cause for the log.
 * Everything that we could repair is `SYS/TEMP` (I7), never `AUTH`: an archive would give its password up.
 */
export interface Pop3Refusal {
  readonly cause: string;
  readonly text: string;
  readonly code?: ResponseCode;
  /** The conversation ends after the response. */
  readonly closes?: true;
}

function refusal(text: string, cause: string, code?: ResponseCode): Pop3Refusal {
  return code === undefined ? { cause, text } : { cause, text, code };
}

/** Every refusal of the POP3 side, by what it is for. */
export const pop3Refusals = {
  // Syntax and order, RFC 1939 §3
  unknownCommand: refusal("Unknown command", "unknown-command"),
  malformedLine: refusal("Lines end in CRLF and hold no control characters", "malformed-line"),
  lineTooLong: refusal("Line too long", "line-too-long"),
  lineEndless: { ...refusal("Line without an end", "line-endless"), closes: true },
  argumentSyntax: refusal("Syntax error in arguments", "argument-syntax"),
  tooManyCommands: { ...refusal("Too many commands before signing in", "too-many-commands"), closes: true },
  signInFirst: refusal("Sign in first", "sign-in-first"),
  signedInAlready: refusal("Signed in already", "signed-in-already"),
  userFirst: refusal("Send USER first", "user-first"),
  noSuchMessage: refusal("No such message", "no-such-message"),
  markedAsDeleted: refusal("The message is marked as deleted", "marked-as-deleted"),
  // TLS and sign-in
  encryptionRequired: refusal("Send STLS first: no password is taken in clear", "sign-in-in-clear", "AUTH"),
  tlsActive: refusal("TLS is active already", "tls-active"),
  inputAfterStls: { ...refusal("Input after STLS", "input-after-stls"), closes: true },
  mechanismUnknown: refusal("Mechanism not offered", "mechanism-unknown"),
  signInCancelled: refusal("Sign-in cancelled", "sign-in-cancelled"),
  signInSyntax: refusal("Cannot decode the response", "sign-in-syntax"),
  /** One text for an unknown mailbox and for a wrong password. */
  signInDenied: refusal("Mailbox id or password not accepted", "sign-in-denied", "AUTH"),
  /** `text` is that of the user name's grammar. */
  userNameForm: refusal("The user name has a wrong form", "user-name-form", "AUTH"),
  tokenForMailbox: refusal("A mailbox is opened by its password, not by a token", "token-for-mailbox", "AUTH"),
  signInUnavailable: refusal("Sign-in is not possible now, try again later", "sign-in-unavailable", "SYS/TEMP"),
  signInBusy: refusal("Too many sign-ins at once, try again later", "sign-in-busy", "SYS/TEMP"),
  signInThrottled: refusal("Too many failures from your address, try again later", "sign-in-throttled", "SYS/TEMP"),
  maildropInUse: refusal("Another session has this mailbox", "maildrop-in-use", "IN-USE"),
  // The proxy
  /** One text for everything that an upstream, or a rule of ours, says about name and password. */
  upstreamDenied: refusal("The server does not accept the user name or password", "upstream-denied", "AUTH"),
  proxyUnavailable: refusal(
    "Nothing can be recorded for this mailbox now, try again later",
    "proxy-unavailable",
    "SYS/TEMP",
  ),
  proxyThrottled: refusal(
    "Too many sign-ins have failed or are under way, try again later",
    "proxy-throttled",
    "SYS/TEMP",
  ),
  notRecordable: refusal("The message cannot be recorded now, try again later", "not-recordable", "SYS/TEMP"),
  upstreamLost: refusal("The server has closed the connection, try again later", "upstream-lost", "SYS/TEMP"),
  // Messages and our own trouble
  messageUnavailable: refusal("The message cannot be read now, try again later", "message-unavailable", "SYS/TEMP"),
  messageDamaged: refusal("The message is damaged and cannot be opened", "message-damaged", "SYS/PERM"),
  notAllRemoved: refusal("Some messages marked as deleted were not removed", "not-all-removed", "SYS/TEMP"),
  stopping: refusal("Shutting down, try again later", "stopping", "SYS/TEMP"),
} as const satisfies Record<string, Pop3Refusal>;
