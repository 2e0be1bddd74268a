// SPDX-License-Identifier: Apache-2.0
import type { Capabilities } from "./client/capabilities.ts";
import type { UpstreamResponse } from "./client/response-reader.ts";
import { multiLine } from "./response.ts";

/** The first line of an upstream's response, as it goes on to the client. */
export function relayedLine({ ok, text }: UpstreamResponse): Buffer {
  return Buffer.from(`${ok ? "+OK" : "-ERR"}${text === "" ? "" : ` ${text}`}\r\n`, "utf8");
}

/** What an upstream may announce and the proxy keeps: commands that it passes on, and facts about responses. */
const relayedTags: ReadonlySet<string> = new Set(["TOP", "UIDL", "LOGIN-DELAY", "AUTH-RESP-CODE"]);

/**
 * The response to CAPA after signing in at an upstream (RFC 2449 §5). Left out is what the proxy does not pass on (UTF8,
 * LANG, vendors' own), what is over by then (USER, SASL, STLS), what is not true behind us (EXPIRE), and what gives the
 * server's version away (IMPLEMENTATION). PIPELINING and RESP-CODES hold whatever the upstream says, for we see to them.
 */
export function relayedCapabilities({ lines }: Capabilities): string {
  const kept = lines.filter((line) => relayedTags.has(line.split(/[ \t]/, 1)[0]?.toUpperCase() ?? ""));
  return multiLine("Capabilities follow", [...kept.filter(isPrintable), "PIPELINING", "RESP-CODES"]);
}

function isPrintable(line: string): boolean {
  return /^[\x21-\x7e][\x20-\x7e]*$/.test(line) && line.length <= 510 && !line.startsWith(".");
}
