// SPDX-License-Identifier: Apache-2.0

/** The catalogue of log events. A code never changes once released; `docs/log-events.md` is made from this table. */
export const logEvents = {
  "gateway/started": { level: "info", text: "the gateway takes connections" },
  "gateway/stopping": { level: "info", text: "the gateway stops; running sessions may end" },
  "gateway/stopped": { level: "info", text: "the gateway has stopped" },
  "store/recovered": { level: "info", text: "the data directory was checked and put in order at start" },
  "store/failing": { level: "error", text: "ALARM: the store cannot write; senders are told to try again" },
  "store/working-again": { level: "info", text: "the store writes again" },
  "store/ended": {
    level: "error",
    text: "ALARM: a thread of the store has ended; the gateway stops, to be started again",
  },
  "store/disk-low": { level: "error", text: "ALARM: little free space; senders are told to try again" },
  "store/disk-well": { level: "info", text: "enough free space again" },
  "store/damaged": { level: "error", text: "ALARM: stored bytes are not what was recorded; they stay where they are" },
  "store/compacted": { level: "info", text: "space of removed messages went back to the disk" },
  "listen/connection-refused": { level: "warn", text: "a connection was refused: too many" },
  "listen/tls-failed": { level: "info", text: "a TLS handshake failed" },
  "listen/certificate-renewed": { level: "info", text: "the certificate was read anew; new connections get it" },
  "listen/certificate-unusable": {
    level: "error",
    text: "ALARM: the new certificate cannot be used; the one of before is shown on",
  },
  "session/opened": { level: "debug", text: "a session began" },
  "session/closed": { level: "debug", text: "a session ended" },
  "session/failed": { level: "error", text: "a session ended by a fault of ours" },
  "smtp/refused": { level: "info", text: "an SMTP command was refused" },
  "smtp/kept": { level: "info", text: "a message was kept" },
  "smtp/repeated": { level: "info", text: "the same bytes were delivered again; a second receipt was kept" },
  "smtp/not-kept": { level: "error", text: "a message could not be kept; the sender was told to try again" },
  "pop3/signed-in": { level: "info", text: "a puller signed in" },
  "pop3/refused": { level: "info", text: "a puller was refused" },
  "pop3/updated": { level: "info", text: "a pull session ended with its removals applied" },
  "pop3/aborted": { level: "warn", text: "a pull session ended without QUIT; nothing was removed" },
  "pop3/damaged": { level: "error", text: "ALARM: a stored message cannot be opened" },
  "log/lost": { level: "error", text: "ALARM: lines of this log were lost; whoever reads it is too slow" },
  "proxy/signed-in": { level: "info", text: "a client signed in at its own server, through the proxy" },
  "proxy/denied": { level: "info", text: "a sign-in through the proxy was refused" },
  "proxy/upstream-failed": { level: "warn", text: "the server that a client named cannot be used" },
  "admin/failed": { level: "error", text: "an operation ended by a fault of ours" },
  "mailbox/changed": { level: "info", text: "a mailbox was created or changed" },
} as const satisfies Record<string, { level: "debug" | "info" | "warn" | "error"; text: string }>;

export type LogEventCode = keyof typeof logEvents;
