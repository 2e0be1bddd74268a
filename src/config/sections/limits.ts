// SPDX-License-Identifier: Apache-2.0
import { limits as standard } from "../../base/limits.ts";
import { section, setting } from "../setting.ts";
import { formatDuration, formatRate, formatSize } from "../units.ts";
import { count, duration, rate, size } from "../values.ts";

export const limits = section(
  "Limits. The defaults suit a small machine; each protects the others from one that misbehaves.",
  {
    max_message_size: setting({
      type: size("64 KiB", "4 GiB"),
      field: "maxMessageBytes",
      default: formatSize(standard.maxMessageBytes),
      reload: "live",
      help: "The largest message; refused at MAIL when declared (RFC 1870), else at its real end.",
    }),
    connections: setting({
      type: count({ min: 1, max: 100_000 }),
      field: "connectionsTotal",
      default: standard.connectionsTotal,
      reload: "live",
      help: "Open connections in total. A TLS connection takes about 50 KiB and a file descriptor.",
    }),
    connections_per_address: setting({
      type: count({ min: 1, max: 100_000 }),
      default: standard.connectionsPerAddress,
      reload: "live",
      help: "Open connections from one address (IPv6: one /64 network).",
    }),
    recipients_per_transaction: setting({
      type: count({ min: 100, max: 100_000 }),
      default: standard.recipientsPerTransaction,
      reload: "live",
      help: "Recipients of one message (RFC 5321 §4.5.3.1.8 wants at least 100).",
    }),
    errors_per_session: setting({
      type: count({ min: 1, max: 10_000 }),
      default: standard.errorsPerSession,
      reload: "live",
      help: "Refused commands after which a session is closed.",
    }),
    commands_per_session: setting({
      type: count({ min: 100, max: 10_000_000 }),
      default: standard.commandsPerSession,
      reload: "live",
      help: "Commands after which a session is closed; an honest sender connects again.",
    }),
    smtp_idle: setting({
      type: duration("1 s", "1 h"),
      field: "smtpIdleMs",
      default: formatDuration(standard.smtpIdleMs),
      reload: "live",
      help: "How long an SMTP session may be silent (RFC 5321 §4.5.3.2.7 wants at least 5 minutes).",
    }),
    pop3_idle: setting({
      type: duration("1 s", "2 h"),
      field: "pop3IdleMs",
      default: formatDuration(standard.pop3IdleMs),
      reload: "live",
      help: "How long a POP3 session may be silent (RFC 1939 §3 wants at least 10 minutes).",
    }),
    minimum_data_rate: setting({
      type: rate("1 B/s", "1 MiB/s"),
      field: "minimumDataBytesPerSecond",
      default: formatRate(standard.minimumDataBytesPerSecond),
      reload: "live",
      help: "Content that comes slower than this, measured over a minute, is given up.",
    }),
    transaction_deadline: setting({
      type: duration("1 min", "1 d"),
      field: "transactionMs",
      default: formatDuration(standard.transactionMs),
      reload: "live",
      help: "The longest time from MAIL to the end of the content.",
    }),
    drain_time: setting({
      type: duration("0 s", "10 min"),
      field: "drainMs",
      default: formatDuration(standard.drainMs),
      reload: "live",
      help: "How long running sessions may go on when the gateway stops.",
    }),
    disk_reserve: setting({
      type: size("1 MiB", "1 TiB"),
      field: "diskReserveBytes",
      default: formatSize(standard.diskReserveBytes),
      help: "Free space that is left alone; below it senders are told to try again and pulling goes on.",
    }),
    repeated_delivery_window: setting({
      type: duration("0 s", "90 d"),
      field: "repeatedDeliveryMs",
      default: formatDuration(standard.repeatedDeliveryMs),
      help: "How long a second delivery of the same bytes is known as such and kept as a second receipt.",
    }),
    password_failures_per_address: setting({
      type: count({ min: 1, max: 100_000 }),
      default: standard.passwordFailuresPerAddress,
      help: "Wrong passwords from one address before it must wait.",
    }),
    password_failure_window: setting({
      type: duration("1 s", "1 d"),
      field: "passwordFailureWindowMs",
      default: formatDuration(standard.passwordFailureWindowMs),
      help: "How long wrong passwords are counted.",
    }),
  },
);
