// SPDX-License-Identifier: Apache-2.0
import { section, setting } from "../setting.ts";
import { choice } from "../values.ts";

export const log = section("The log, on standard error.", {
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
});
