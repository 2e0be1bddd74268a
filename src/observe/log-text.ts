// SPDX-License-Identifier: Apache-2.0
import { isIPv4, isIPv6 } from "node:net";
import type { LogFields } from "./log.ts";

export type PeerAddressForm = "full" | "truncated" | "none";

/** Names that no event has. A slip of ours must not write a secret. */
const secretNames = /passw|passphrase|secret|credential|authorization/i;

/** Fields that say who somebody is. */
const personal: ReadonlySet<string> = new Set(["peer", "remoteUser"]);

/** The fields as they may be written: peer and user in the configured form, nothing under the name of a secret. */
export function redactFields(fields: LogFields, form: PeerAddressForm): LogFields {
  const redacted: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (secretNames.test(name)) redacted[name] = "[secret]";
    else if (!personal.has(name) || form === "full" || typeof value !== "string") redacted[name] = value;
    else if (form === "truncated") redacted[name] = name === "peer" ? truncateAddress(value) : domainOf(value);
  }
  return redacted;
}

/** The first 24 bits of IPv4, 48 of IPv6: where a peer is, not who. */
export function truncateAddress(address: string): string {
  if (isIPv4(address)) return address.replace(/\.[0-9]+$/, ".0");
  if (!isIPv6(address)) return "unknown";
  // "::" may stand for groups among the first three; those are zero then.
  const [head = ""] = address.split("::", 1);
  const groups = [...head.split(":").filter((group) => group !== ""), "0", "0", "0"].slice(0, 3);
  return `${groups.join(":")}::`;
}

/** A user name without the user. */
function domainOf(userName: string): string {
  const at = userName.lastIndexOf("@");
  return at < 0 ? "…" : `…${userName.slice(at)}`;
}

/** ` name=value` pairs; a value that is not plain stands in quotes, escaped, so that no line can be forged. */
export function formatFields(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`)
    .join("");
}

function formatValue(value: LogFields[string]): string {
  if (typeof value !== "string") return String(value);
  return /^[\w.:/@+<>[\]-]+$/.test(value) ? value : escapeControls(JSON.stringify(value));
}

/** Escapes what moves a cursor or turns the direction of text: C0, C1, line separators, bidirectional controls. */
export function escapeControls(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
