// SPDX-License-Identifier: Apache-2.0
import { hostname } from "node:os";
import { join } from "node:path";
import { limits } from "../base/limits.ts";
import {
  certificatePin,
  hostName,
  httpsUrl,
  isHostName,
  listenAddress,
  mailAddress,
  peer,
  target,
  targetPattern,
} from "./network-values.ts";
import { formatDuration, formatRate, formatSize } from "./units.ts";
import { choice, count, duration, flag, list, path, rate, size, table, type ValueType } from "./values.ts";

/**
 * Every setting, once: the checker, the example file, the manual page and the console form are made from this table.
 * Add a setting here and run `npm run make`.
 */
export const schema = {
  gateway: section("The gateway itself.", {
    data_directory: setting({
      type: path,
      default: "postern-data",
      help: "Where everything is kept: messages, index, mailboxes, a self-signed certificate. One gateway per directory.",
    }),
    host_name: setting({
      type: hostName,
      derive: () => (isHostName(hostname()) ? hostname().toLowerCase() : "localhost"),
      derivedFrom: "the name of this machine",
      help: "The name in greetings, in the self-signed certificate and in trace lines. Peers must be able to resolve it.",
    }),
    domains: setting({
      type: list(hostName, 1),
      default: ["postern.localhost"],
      reload: "live",
      help: "The domains of mailbox addresses (mailbox-id@domain). The first one is shown; mail for other domains is refused.",
    }),
  }),

  listen: section("Where to listen. Each is a list of address:port; an empty list switches the service off.", {
    smtp: setting({
      type: list(listenAddress),
      default: ["*:25"],
      help: 'Journal mail from other servers: SMTP with STARTTLS (RFC 3207). "*" means all addresses, IPv4 and IPv6.',
    }),
    submission: setting({
      type: list(listenAddress),
      default: ["*:587"],
      help: "Message submission with STARTTLS (RFC 6409).",
    }),
    submissions: setting({
      type: list(listenAddress),
      default: ["*:465"],
      help: "Message submission with TLS from the first octet (RFC 8314 §3.3).",
    }),
    pop3: setting({
      type: list(listenAddress),
      default: ["*:110"],
      help: "Pulling with STLS (RFC 2595 §4). A password is never taken before TLS.",
    }),
    pop3s: setting({
      type: list(listenAddress),
      default: ["*:995"],
      help: "Pulling with TLS from the first octet (RFC 8314 §3.2).",
    }),
    console: setting({
      type: list(listenAddress),
      default: ["*:8450"],
      help: "The HTTP API for administrators, inside TLS alone.",
    }),
  }),

  tls: section("The certificate that all listeners show.", {
    certificate_file: setting({
      type: optional(path),
      derivedFrom: "a self-signed certificate, made in the data directory",
      help: "The certificate chain in PEM, the gateway's own certificate first. A renewed file is taken within a minute, and at once at SIGHUP; one that cannot be used leaves the old certificate in place.",
    }),
    key_file: setting({
      type: optional(path),
      derivedFrom: "belongs to the certificate",
      help: "The private key of the certificate in PEM.",
    }),
    minimum_version: setting({
      type: choice("TLSv1.2", "TLSv1.3"),
      default: "TLSv1.2",
      help: "The oldest TLS version that is spoken (RFC 8996 forbids what is older than 1.2).",
    }),
  }),

  acme: section(
    "A certificate that an authority issues and the gateway renews by itself (ACME, RFC 8555). It takes the place of the self-signed one; tls.certificate_file wins over it.",
    {
      enabled: setting({
        type: flag,
        default: false,
        reload: "live",
        help: "Whether the certificate is asked for and renewed by itself.",
      }),
      directory_url: setting({
        type: httpsUrl,
        default: "https://acme-v02.api.letsencrypt.org/directory",
        reload: "live",
        help: "The authority's directory.",
      }),
      agree_terms: setting({
        type: flag,
        default: false,
        reload: "live",
        help: "Whether you agree to the authority's terms of use. Nothing is issued before.",
      }),
      contact: setting({
        type: list(mailAddress),
        default: [],
        reload: "live",
        help: "Addresses at which the authority may reach you.",
      }),
      names: setting({
        type: list(hostName),
        default: [],
        reload: "live",
        help: "Names in the certificate, each of which must lead to this machine; empty means gateway.host_name.",
      }),
      challenge: setting({
        type: choice("http-01", "tls-alpn-01"),
        default: "http-01",
        reload: "live",
        help: "How the authority sees that the names are yours: it calls port 80 (http-01, RFC 8555 §8.3) or port 443 (tls-alpn-01, RFC 8737).",
      }),
      http_listen: setting({
        type: list(listenAddress, 1),
        default: ["*:80"],
        reload: "live",
        help: "Where the call for http-01 is answered. It is open while a certificate is asked for, and answers nothing else.",
      }),
      tls_listen: setting({
        type: list(listenAddress, 1),
        default: ["*:443"],
        reload: "live",
        help: "The same for tls-alpn-01.",
      }),
      ca_file: setting({
        type: optional(path),
        derivedFrom: "the authorities that Node.js trusts",
        help: "For a directory of your own: the authority of its HTTPS certificate in PEM.",
      }),
    },
  ),

  smtp: section("Who may deliver.", {
    allowed_peers: setting({
      type: list(peer),
      default: [],
      reload: "live",
      help: 'Addresses, ranges (192.0.2.0/24) and presets ("microsoft365", "google") that may deliver to any mailbox; empty lets all in. Mailboxes can have a list of their own; a peer must stand in both.',
    }),
  }),

  limits: section("Limits. The defaults suit a small machine; each protects the others from one that misbehaves.", {
    max_message_size: setting({
      type: size("64 KiB", "4 GiB"),
      field: "maxMessageBytes",
      default: formatSize(limits.maxMessageBytes),
      reload: "live",
      help: "The largest message; refused at MAIL when declared (RFC 1870), else at its real end.",
    }),
    connections: setting({
      type: count({ min: 1, max: 100_000 }),
      field: "connectionsTotal",
      default: limits.connectionsTotal,
      reload: "live",
      help: "Open connections in total. A TLS connection takes about 50 KiB and a file descriptor.",
    }),
    connections_per_address: setting({
      type: count({ min: 1, max: 100_000 }),
      default: limits.connectionsPerAddress,
      reload: "live",
      help: "Open connections from one address (IPv6: one /64 network).",
    }),
    recipients_per_transaction: setting({
      type: count({ min: 100, max: 100_000 }),
      default: limits.recipientsPerTransaction,
      reload: "live",
      help: "Recipients of one message (RFC 5321 §4.5.3.1.8 wants at least 100).",
    }),
    errors_per_session: setting({
      type: count({ min: 1, max: 10_000 }),
      default: limits.errorsPerSession,
      reload: "live",
      help: "Refused commands after which a session is closed.",
    }),
    commands_per_session: setting({
      type: count({ min: 100, max: 10_000_000 }),
      default: limits.commandsPerSession,
      reload: "live",
      help: "Commands after which a session is closed; an honest sender connects again.",
    }),
    smtp_idle: setting({
      type: duration("1 s", "1 h"),
      field: "smtpIdleMs",
      default: formatDuration(limits.smtpIdleMs),
      reload: "live",
      help: "How long an SMTP session may be silent (RFC 5321 §4.5.3.2.7 wants at least 5 minutes).",
    }),
    pop3_idle: setting({
      type: duration("1 s", "2 h"),
      field: "pop3IdleMs",
      default: formatDuration(limits.pop3IdleMs),
      reload: "live",
      help: "How long a POP3 session may be silent (RFC 1939 §3 wants at least 10 minutes).",
    }),
    minimum_data_rate: setting({
      type: rate("1 B/s", "1 MiB/s"),
      field: "minimumDataBytesPerSecond",
      default: formatRate(limits.minimumDataBytesPerSecond),
      reload: "live",
      help: "Content that comes slower than this, measured over a minute, is given up.",
    }),
    transaction_deadline: setting({
      type: duration("1 min", "1 d"),
      field: "transactionMs",
      default: formatDuration(limits.transactionMs),
      reload: "live",
      help: "The longest time from MAIL to the end of the content.",
    }),
    drain_time: setting({
      type: duration("0 s", "10 min"),
      field: "drainMs",
      default: formatDuration(limits.drainMs),
      reload: "live",
      help: "How long running sessions may go on when the gateway stops.",
    }),
    disk_reserve: setting({
      type: size("1 MiB", "1 TiB"),
      field: "diskReserveBytes",
      default: formatSize(limits.diskReserveBytes),
      help: "Free space that is left alone; below it senders are told to try again and pulling goes on.",
    }),
    repeated_delivery_window: setting({
      type: duration("0 s", "90 d"),
      field: "repeatedDeliveryMs",
      default: formatDuration(limits.repeatedDeliveryMs),
      help: "How long a second delivery of the same bytes is known as such and kept as a second receipt.",
    }),
    password_failures_per_address: setting({
      type: count({ min: 1, max: 100_000 }),
      default: limits.passwordFailuresPerAddress,
      help: "Wrong passwords from one address before it must wait.",
    }),
    password_failure_window: setting({
      type: duration("1 s", "1 d"),
      field: "passwordFailureWindowMs",
      default: formatDuration(limits.passwordFailureWindowMs),
      help: "How long wrong passwords are counted.",
    }),
  }),

  seal: section("How messages are sealed. A change applies to mailboxes and passwords made from then on.", {
    recipient_type: setting({
      type: choice("mlkem768x25519", "x25519"),
      default: "mlkem768x25519",
      help: "The kind of key pair of new mailboxes: post-quantum hybrid, or X25519 alone for programs that know nothing else.",
    }),
    scrypt_work_factor: setting({
      type: count({ min: 10, max: 20 }),
      default: 15,
      help: "How hard a generated mailbox password is to try, as log2 of N; each step doubles time and memory of a sign-in (15: 32 MiB). Generated passwords carry over 128 random bits, so the default is low. Chosen passwords always get 18.",
    }),
  }),

  log: section("The log, on standard error.", {
    level: setting({
      type: choice("debug", "info", "warn", "error"),
      default: "info",
      reload: "live",
      help: "The least important events that are written.",
    }),
    format: setting({
      type: choice("text", "json"),
      default: "text",
      help: "One line an event, for people, or one JSON object a line, for programs.",
    }),
    peer_addresses: setting({
      type: choice("full", "truncated", "none"),
      default: "full",
      help: 'How addresses of peers are written. "truncated" keeps the first 24 bits of IPv4 and 48 of IPv6. Users of the proxies are written alike: truncated, the domain alone.',
    }),
  }),

  proxy: section("The recording proxy between mail clients and their own server.", {
    enabled: setting({
      type: flag,
      default: true,
      help: "Whether user names of the form user%server%mailbox-id are taken.",
    }),
    allowed_targets: setting({
      type: list(targetPattern),
      default: ["public"],
      reload: "live",
      help: 'Servers that may be connected to: host names, "*.example.com", addresses and ranges, each with :port if wanted. "public" means every server with a public address on the mail ports. Private networks only when listed.',
    }),
    ca_files: setting({
      type: table("server", target, path),
      default: {},
      help: "For servers whose certificate comes from an authority of your own: the authority's certificate in PEM.",
    }),
    pins: setting({
      type: table("server", target, certificatePin),
      default: {},
      help: "For servers with a self-signed certificate: the SHA-256 fingerprint that it must have.",
    }),
  }),

  control: section("How commands reach the running gateway.", {
    socket: setting({
      type: path,
      derive: ({ dataDirectory }) => join(dataDirectory, "control.sock"),
      derivedFrom: "control.sock in the data directory",
      help: "The Unix socket of the running gateway. Only its owner can connect.",
    }),
  }),
};

type Schema = typeof schema;
export type SectionName = keyof Schema;

/** `section.key`, as in `limits.max_message_size`. */
export type SettingName = {
  [S in SectionName]: `${S}.${Extract<keyof Schema[S]["settings"], string>}`;
}[SectionName];

/** A checked configuration: what `gateway.ts` starts from. Sizes are bytes, times milliseconds, paths absolute. */
export type Configuration = {
  readonly [S in SectionName]: {
    readonly [K in keyof Schema[S]["settings"] as FieldName<K, Schema[S]["settings"][K]>]: ValueOf<
      Schema[S]["settings"][K]
    >;
  };
};

/** One setting of the table, whatever its type. */
export interface Setting<T = unknown> {
  readonly type: ValueType<T>;
  readonly help: string;
  /** As it would stand in the file. Absent: `derive` makes the value, and `derivedFrom` says from what. */
  readonly default?: string | number | boolean | readonly string[] | Readonly<Record<string, never>>;
  readonly derive?: (known: DerivedFrom) => T;
  readonly derivedFrom?: string;
  /** `live`: a change in the console works at once. Absent: at the next start. */
  readonly reload?: "live";
  /** The name in `Configuration` when it differs from the key in camel case, to carry the unit. */
  readonly field?: string;
}

/** What other settings are derived from. */
export interface DerivedFrom {
  readonly dataDirectory: string;
}

export interface Section {
  readonly help: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

type CamelCase<K extends string> = K extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : K;
type FieldName<K, S> = S extends { readonly field: infer F extends string }
  ? F
  : K extends string
    ? CamelCase<K>
    : never;
type ValueOf<S> = S extends { readonly type: ValueType<infer T> } ? T : never;

/** The name of a setting in `Configuration`. */
export function fieldName(key: string, definition: Setting): string {
  return definition.field ?? key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function section<const S extends Readonly<Record<string, Setting>>>(help: string, settings: S) {
  return { help, settings };
}

function setting<T, const S extends Setting<T>>(definition: S & { readonly type: ValueType<T> }): S {
  return definition;
}

/** A setting that may be absent. */
function optional<T>(type: ValueType<T>): ValueType<T | undefined> {
  return type;
}
