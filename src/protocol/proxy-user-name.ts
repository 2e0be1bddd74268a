// SPDX-License-Identifier: Apache-2.0
import { type MailboxId, parseMailboxId } from "../base/ids.ts";

/** What a client typed as its user name, on POP3 or at SMTP AUTH. */
export type LoginName =
  /** No `%`: a login to a mailbox of this gateway. */
  | { readonly kind: "local"; readonly name: string }
  | ProxyUserName
  /** `text` tells the person how to write it; it repeats nothing of the input. */
  | { readonly kind: "malformed"; readonly text: string };

/** `remote_username%target%mailbox_id`, taken apart. */
export interface ProxyUserName {
  readonly kind: "proxy";
  /** Opaque to us: the user's name at the upstream. Not empty, no control characters. */
  readonly remoteUser: string;
  readonly target: Target;
  readonly mailbox: MailboxId;
}

/** The upstream that a user names. The certificate is checked against `host` and nothing else. */
export interface Target {
  /** Lower case; a name in A-labels without a final dot, or an address in its canonical form without brackets. */
  readonly host: string;
  readonly hostKind: "name" | "ipv4" | "ipv6";
  readonly port: number | undefined;
}

/** For a person whose user name is not one. */
export const proxyUserNameForm = "the user name must be user%server%mailbox-id or user%server:port%mailbox-id";

/**
 * Reads a user name from the right, because the remote user may hold `%` itself (hosting panels write `user%domain`),
 * while a target and a mailbox id cannot.
 */
export function parseLoginName(text: string): LoginName {
  if (text === "" || hasControls(text) || !text.isWellFormed()) return malformed(proxyUserNameForm);
  const last = text.lastIndexOf("%");
  if (last < 0) return { kind: "local", name: text };
  const previous = last === 0 ? -1 : text.lastIndexOf("%", last - 1);
  if (previous < 0) return malformed(proxyUserNameForm);
  const remoteUser = text.slice(0, previous);
  if (remoteUser === "") return malformed(`${proxyUserNameForm}; the part before the server is empty`);
  const target = parseTarget(text.slice(previous + 1, last));
  if (target === undefined) return malformed(`${proxyUserNameForm}; the server is not a host name or address`);
  const mailbox = parseMailboxId(text.slice(last + 1));
  if (mailbox === undefined) return malformed(`${proxyUserNameForm}; the part behind the server is not a mailbox id`);
  return { kind: "proxy", remoteUser, target, mailbox };
}

/**
 * Reads `host`, `host:port`, `192.0.2.1`, `[2001:db8::1]` or `[2001:db8::1]:port`. `undefined`: not one of these.
 * An IPv6 address without brackets is refused, because its last group could be a port.
 */
export function parseTarget(text: string): Target | undefined {
  if (text.startsWith("[")) {
    const close = text.indexOf("]");
    if (close < 0) return undefined;
    const host = parseIpv6(text.slice(1, close));
    const rest = text.slice(close + 1);
    if (host === undefined || (rest !== "" && !rest.startsWith(":"))) return undefined;
    return withPort({ host, hostKind: "ipv6" }, rest === "" ? undefined : rest.slice(1));
  }
  const colon = text.indexOf(":");
  const host = parseHost(colon < 0 ? text : text.slice(0, colon));
  return host === undefined ? undefined : withPort(host, colon < 0 ? undefined : text.slice(colon + 1));
}

/** Writes a target as it is typed; `parseTarget` reads it back. */
export function formatTarget(target: Target): string {
  const host = target.hostKind === "ipv6" ? `[${target.host}]` : target.host;
  return target.port === undefined ? host : `${host}:${target.port}`;
}

type Host = Omit<Target, "port">;

function withPort(host: Host, digits: string | undefined): Target | undefined {
  if (digits === undefined) return { ...host, port: undefined };
  if (!/^[1-9][0-9]{0,4}$/.test(digits)) return undefined;
  const port = Number(digits);
  return port <= 65_535 ? { ...host, port } : undefined;
}

function parseHost(text: string): Host | undefined {
  const ascii = toAscii(text)?.toLowerCase();
  if (ascii === undefined) return undefined;
  const host = ascii.endsWith(".") ? ascii.slice(0, -1) : ascii;
  if (host.length > 253) return undefined;
  const labels = host.split(".");
  if (!labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))) return undefined;
  // A resolver takes `127.1`, `2130706433` and `0x7f.1` for IPv4 addresses; we take the plain form alone.
  if (!/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return { host, hostKind: "name" };
  return isIpv4(labels) ? { host, hostKind: "ipv4" } : undefined;
}

function isIpv4(labels: readonly string[]): boolean {
  return labels.length === 4 && labels.every((label) => /^(?:0|[1-9][0-9]{0,2})$/.test(label) && Number(label) <= 255);
}

/** U-labels become A-labels (RFC 5891 §4); the URL parser holds the tables. ASCII passes as it is. */
function toAscii(text: string): string | undefined {
  if (/^[\x21-\x7e]*$/.test(text)) return text;
  // Everything that means something else in a URL is out before the parser sees it.
  if (!/^[A-Za-z0-9.\u0080-\u{10ffff}-]+$/u.test(text)) return undefined;
  const host = URL.parse(`http://${text}/`)?.hostname;
  // Digits of other scripts would turn into an address that nobody typed.
  return host === undefined || isIpv4(host.split(".")) ? undefined : host;
}

/** Canonical text of an IPv6 address (RFC 5952); scope ids are refused: they name our interfaces. */
function parseIpv6(text: string): string | undefined {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text)) return undefined;
  return URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1);
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function malformed(text: string): LoginName {
  return { kind: "malformed", text };
}
