// SPDX-License-Identifier: Apache-2.0

/**
 * Why a value was not taken, each with its stable code: what stands at a field of a form. The text is that of the command
 * line and the log; the console has its own in each language, by the code (`web/src/texts/reasons.*.json`). `{name}` is a value.
 */
export const reasonCatalogue = {
  // Quantities and plain values
  "rate-form": 'write a size per second, such as "256 B/s"',
  "quantity-form": 'write a number and a unit, such as "{example}"',
  "unit-missing": 'the unit is missing; write for example "{example}"',
  "unit-unknown": '"{unit}" is no unit here; use {units}',
  "not-countable": '"{value}" does not come out as a whole number that can be counted',
  "not-text": "must be a text in quotes ({kind})",
  "not-path": "must be a path",
  "not-possible": '"{value}" is not possible; use {choices}',
  "not-flag": "must be true or false, without quotes",
  "not-whole": "must be a whole number, without quotes",
  "number-range": "{value} is out of range; use {min} to {max}",
  "quantity-range": '"{value}" is out of range; use "{min}" to "{max}"',
  "not-list": "must be a list in square brackets",
  "too-few-entries": "must have at least {least} entries",
  "no-entry": "must have at least one entry",
  "not-table": "must be a table",

  // Names and addresses
  "listen-form":
    '"{value}" is no address to listen on; write address:port, such as "*:25", "127.0.0.1:2525" or "[::1]:2525"',
  "listen-host": '"{value}" is no address; write address:port, such as "*:25", "127.0.0.1:2525" or "[::1]:2525"',
  "port-to-listen": "{value} is no port; use 0 to 65535",
  port: '"{value}" is no port; use 1 to 65535',
  "not-ipv6": '"{value}" is no IPv6 address',
  "host-name": '"{value}" is no host name; write it in A-labels (xn--…)',
  peer: '"{value}" is no peer; write an address, a range such as "192.0.2.0/24", or {presets}',
  "peer-prefix": '"{value}" is no peer to allow; the part after the slash must be a number from 0 to {widest}',
  "public-port": '"public" takes no port; it means the mail ports',
  target: '"{value}" is no target; write a host name, "*.example.com", an address, a range, or "public"',
  server: '"{value}" is no server; write a host name or address, with :port if wanted',
  "https-url": '"{value}" is no https address',
  "mail-address": '"{value}" is no mail address',
  fingerprint: "must be the SHA-256 fingerprint of a certificate, in hex",
  "key-id": "must be a key identifier, without blanks",
  "user-name": "must be a user name",

  // Settings together
  "setting-unknown": "there is no such setting",
  "setting-of-file": "paths are set in the configuration file alone",
  "setting-fixed": "it is set by the {origin} of the gateway, which wins over the console",
  "setting-held": "the secret of {holder} goes there; change it in the configuration file",
  "console-off": "the console cannot switch itself off; the configuration file can",
  "tls-pair": "certificate_file and key_file belong together; set both or neither",
  "eab-pair": "acme.eab_key_id and acme.eab_hmac_file belong together; the file is set in the configuration file",
  terms: "the authority issues nothing before its terms are agreed to",
  "notify-server": "notify.email_to needs a mail server that takes the notices",
  "notify-password": "its password is missing: set notify.smtp_password_file in the configuration file first",

  // Certificates
  "no-certificate": "there is no certificate in it; it begins with -----BEGIN CERTIFICATE-----",
  "many-certificates": "there are too many certificates in it",
  "certificate-damaged": "certificate {number} is damaged",
  "key-protected": "the key is protected by a password; take that off first",
  "no-key": "there is no private key in it; it begins with -----BEGIN PRIVATE KEY-----",
  "key-damaged": "the key is damaged",
  "key-of-another": "the key does not belong to this certificate",
  "key-of-later": "the key belongs to certificate {number}; the gateway's own must come first",
  "chain-order": "certificate {number} was not issued by certificate {next}; put them in order",
  "certificate-ended": "certificate {number} has ended on {date}",
  "certificate-early": "certificate {number} is not valid before {date}",
  "key-kind": "mail clients do not know keys of the kind {kind}",
  "key-short": "its key is too short",
  "certificate-of-authority": "the first certificate is that of an authority; the gateway's own must come first",
  "certificate-names": "it has no names (subjectAltName); clients will refuse it",

  // Mailboxes
  "text-empty": "it is empty",
  "text-long": "it has {length} characters; {max} are allowed",
  "text-control": "it holds a line break or another control character",

  // Requests
  shape: "{problem}",
} as const satisfies Record<string, string>;

export type ReasonCode = keyof typeof reasonCatalogue;
export type ReasonValues = Readonly<Record<string, string | number>>;

/** Why a value was not taken: for people as `reason`, for programs as the rest. */
export interface Reason {
  readonly reason: string;
  readonly code: ReasonCode;
  readonly values: ReasonValues;
  /** Of a list or a table, which entry it is about: counted from one, or its name. */
  readonly entry?: string | number;
}

/** A reason in words, made from its code and what stands in its text. */
export function reasonFor(code: ReasonCode, values: ReasonValues = {}): Reason {
  const reason = reasonCatalogue[code].replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
  return { reason, code, values };
}

/** A reason without what else was said with it. */
export function plainReason({ reason, code, values, entry }: Reason): Reason {
  return { reason, code, values, ...(entry === undefined ? {} : { entry }) };
}

/** The same reason, of one entry of a list or table. */
export function ofEntry(reason: Reason, entry: string | number): Reason {
  const where = typeof entry === "number" ? `entry ${entry}` : `"${entry}"`;
  return { ...reason, reason: `${where}: ${reason.reason}`, entry };
}
