// SPDX-License-Identifier: Apache-2.0
import { type Reply, reply } from "./reply.ts";

/**
 * A refusal has two faces: the reply, short and without names or settings, for the peer; the cause, for the log.
 * Temporary (4yz) is everything that we could repair (I7).
 */
export interface Refusal {
  readonly cause: string;
  readonly reply: Reply;
  /** The conversation ends after the reply. */
  readonly closes?: true;
  /** The words of an upstream: no error of the peer towards us. */
  readonly relayed?: true;
}

function refusal(code: number, enhanced: string | undefined, text: string, cause: string): Refusal {
  return { cause, reply: reply(code, enhanced, text) };
}

function closing(code: number, enhanced: string, text: string, cause: string): Refusal {
  return { ...refusal(code, enhanced, text, cause), closes: true };
}

/** Every refusal of the SMTP side, by what it is for. */
export const refusals = {
  // Syntax and order, RFC 5321 §4.2.2 and RFC 3463 §3.6
  unknownCommand: refusal(500, "5.5.1", "Command not recognised", "unknown-command"),
  malformedLine: refusal(500, "5.5.2", "Lines end in CRLF and hold no control characters", "malformed-line"),
  lineTooLong: refusal(500, "5.5.2", "Line too long", "line-too-long"),
  /** Without an enhanced code, as every reply to EHLO and HELO (RFC 2034 §4). */
  helloSyntax: refusal(501, undefined, "Syntax: EHLO or HELO and your name", "hello-syntax"),
  argumentSyntax: refusal(501, "5.5.4", "Syntax error in arguments", "argument-syntax"),
  unknownParameter: refusal(555, "5.5.4", "Parameter not recognised or not implemented", "unknown-parameter"),
  badReversePath: refusal(501, "5.1.7", "Syntax error in the reverse-path", "bad-reverse-path"),
  badForwardPath: refusal(501, "5.1.3", "Syntax error in the forward-path", "bad-forward-path"),
  badSequence: refusal(503, "5.5.1", "Bad sequence of commands", "bad-sequence"),
  helloFirst: refusal(503, "5.5.1", "Send EHLO first", "hello-first"),
  mailFirst: refusal(503, "5.5.1", "Send MAIL first", "mail-first"),
  noRecipients: refusal(554, "5.5.1", "No valid recipients", "no-recipients"),
  dataAndBdat: refusal(503, "5.5.1", "DATA and BDAT cannot be mixed in one transaction", "data-and-bdat"),
  /** How many octets follow is not known, so that they would be taken for commands: the conversation ends. */
  chunkSyntax: closing(501, "5.5.4", "Syntax error in the size of the chunk", "chunk-syntax"),
  notImplemented: refusal(502, "5.5.1", "Command not implemented", "not-implemented"),
  earlyInput: closing(554, "5.5.0", "Input before the reply to DATA", "input-before-354"),
  // TLS and sign-in
  tlsActive: refusal(503, "5.5.1", "TLS is active already", "tls-active"),
  tlsRequired: refusal(530, "5.7.0", "Must issue a STARTTLS command first", "tls-required"),
  inputAfterStartTls: closing(554, "5.5.0", "Input after STARTTLS", "input-after-starttls"),
  signInRequired: refusal(530, "5.7.0", "Sign in first", "sign-in-required"),
  encryptionRequired: refusal(538, "5.7.11", "Encryption required; issue STARTTLS first", "sign-in-in-clear"),
  signedInAlready: refusal(503, "5.5.1", "Signed in already", "signed-in-already"),
  signInNotOffered: refusal(502, "5.5.1", "Sign-in is not offered here", "sign-in-not-offered"),
  mechanismUnknown: refusal(504, "5.5.4", "Mechanism not offered", "mechanism-unknown"),
  signInCancelled: refusal(501, "5.7.0", "Sign-in cancelled", "sign-in-cancelled"),
  signInSyntax: refusal(501, "5.5.2", "Cannot decode the response", "sign-in-syntax"),
  signInTooLong: refusal(500, "5.5.6", "Response too long", "sign-in-too-long"),
  signInDenied: refusal(535, "5.7.8", "Credentials not accepted", "sign-in-denied"),
  signInUnavailable: refusal(454, "4.7.0", "Sign-in is not possible now, try again later", "sign-in-unavailable"),
  signInThrottled: refusal(454, "4.7.0", "Too many failed sign-ins, try again later", "sign-in-throttled"),
  // Recipients
  unknownMailbox: refusal(550, "5.1.1", "No such mailbox", "unknown-mailbox"),
  relayDenied: refusal(550, "5.7.1", "Relay denied", "relay-denied"),
  mailboxSuspended: refusal(450, "4.2.1", "Mailbox suspended, try again later", "mailbox-suspended"),
  peerNotAllowed: refusal(550, "5.7.1", "Not allowed from your address", "peer-not-allowed"),
  tooManyRecipients: refusal(452, "4.5.3", "Too many recipients", "too-many-recipients"),
  smtpUtf8Wanted: refusal(553, "5.6.7", "Address needs SMTPUTF8", "smtputf8-wanted"),
  // Size and our own trouble
  mailboxFull: refusal(452, "4.2.2", "Mailbox full, try again later", "mailbox-full"),
  tooLarge: refusal(552, "5.3.4", "Message too large", "too-large"),
  diskLow: refusal(452, "4.3.1", "Insufficient storage, try again later", "disk-low"),
  storeFailing: refusal(451, "4.3.0", "Cannot keep the message now, try again later", "store-failing"),
  ourFault: refusal(451, "4.3.0", "Local error, try again later", "our-fault"),
  // Proxied mail
  upstreamGone: closing(421, "4.4.2", "The connection to your mail server was lost, sign in again", "upstream-gone"),
  upstreamLost: refusal(451, "4.4.2", "Connection to your mail server lost; the message was not sent", "upstream-lost"),
  /** The message may have been sent. It is kept. */
  verdictUnknown: refusal(451, "4.4.2", "Your mail server did not say whether it took the message", "verdict-unknown"),
  /** Never mended: that would break signatures; never passed on: that is how mail is smuggled. */
  bareLineEnd: refusal(554, "5.6.0", "Message has a bare CR or LF, or no CRLF at its end", "bare-line-end"),
  eightBitNotTaken: refusal(554, "5.6.3", "Your mail server takes no 8-bit content", "8bit-not-taken"),
  addressUtf8NotTaken: refusal(
    550,
    "5.6.7",
    "Your mail server takes no such address (SMTPUTF8)",
    "utf8-address-not-taken",
  ),
  headerUtf8NotTaken: refusal(
    554,
    "5.6.9",
    "Your mail server takes no UTF-8 headers (SMTPUTF8)",
    "utf8-header-not-taken",
  ),
  requireTlsNotTaken: refusal(550, "5.7.30", "Your mail server does not offer REQUIRETLS", "requiretls-not-taken"),
  // Limits
  tooManyErrors: closing(421, "4.7.0", "Too many errors", "too-many-errors"),
  lineEndless: closing(421, "4.7.0", "Line without an end", "line-endless"),
  tooManyCommands: closing(421, "4.7.0", "Too many commands", "too-many-commands"),
  idle: closing(421, "4.4.2", "Idle for too long", "idle"),
  tooSlow: closing(421, "4.4.2", "Too slow", "too-slow"),
  stopping: closing(421, "4.3.2", "Shutting down, try again later", "stopping"),
} as const satisfies Record<string, Refusal>;
