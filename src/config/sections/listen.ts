// SPDX-License-Identifier: Apache-2.0
import { listenAddress } from "../network-values.ts";
import { section, setting } from "../setting.ts";
import { list } from "../values.ts";

export const listen = section(
  "Where to listen. Each is a list of address:port; an empty list switches the service off.",
  {
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
  },
);
