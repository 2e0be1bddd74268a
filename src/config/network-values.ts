// SPDX-License-Identifier: Apache-2.0
import { isIP, isIPv6 } from "node:net";
import { peerPresetNames } from "../base/peer-presets.ts";
import { invalid, valid } from "./units.ts";
import { text, type ValueType } from "./values.ts";

/** Where to listen. `host` is an address, or `undefined` for all addresses, IPv4 and IPv6. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** An address to listen on. Names are refused: which of their addresses would be meant changes under people's feet. */
export const listenAddress: ValueType<ListenAddress> = text<ListenAddress>("address:port", (value) => {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(value);
  if (match === null) return invalid("listen-form", { value });
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > 65_535) return invalid("port-to-listen", { value: port });
  if (bracketed !== undefined) {
    return isIPv6(bracketed) ? valid({ host: bracketed, port }) : invalid("not-ipv6", { value: bracketed });
  }
  if (plain === "*") return valid({ host: undefined, port });
  return plain !== undefined && isIP(plain) === 4
    ? valid({ host: plain, port })
    : invalid("listen-host", { value: plain ?? "" });
});

/** A host name of letters, digits and hyphens (RFC 5321 §2.3.5), kept in lower case. */
export const hostName: ValueType<string> = text("host name", (value) => {
  const name = value.toLowerCase();
  return isHostName(name) ? valid(name) : invalid("host-name", { value });
});

/** Whether `name` can stand in a greeting and behind the at sign of an address. */
export function isHostName(name: string): boolean {
  // RFC 5321 §4.5.3.1.2 allows 255 octets; the DNS takes 253 of them for a name.
  return (
    name.length <= 253 &&
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(name)
  );
}

/** A peer to allow: an address, a CIDR range, or the name of a preset. */
export const peer: ValueType<string> = text("address, range or preset", (value) => {
  // No zone of a link-local address: lists of addresses know none.
  if (peerPresetNames.includes(value.toLowerCase()) || (isRange(value) && !value.includes("%"))) return valid(value);
  return invalid("peer", { value, presets: peerPresetNames.join(" or ") });
});

/** A target of the proxy: `public`, a host name, `*.suffix`, an address or range, each but `public` with `:port` if wanted. */
export const targetPattern: ValueType<string> = text("target", (value) => {
  const { host, port } = splitPort(value);
  if (port !== undefined && !isPort(port)) return invalid("port", { value: port });
  if (host.toLowerCase() === "public" && port !== undefined) return invalid("public-port");
  const suffix = host.startsWith("*.") ? host.slice(2) : host;
  if ((isHostName(suffix) && !endsInNumber(suffix)) || isRange(host)) return valid(value.toLowerCase());
  return invalid("target", { value });
});

/** One server that the proxy connects to: a host name or address, with `:port` if wanted. */
export const target: ValueType<string> = text("server", (value) => {
  const { host, port } = splitPort(value);
  const isServer = (isHostName(host) && !endsInNumber(host)) || isIP(host) !== 0;
  if (isServer && (port === undefined || isPort(port))) return valid(value.toLowerCase());
  return invalid("server", { value });
});

/** Where something of the web is; never in clear. */
export const httpsUrl: ValueType<string> = text("https address", (value) => {
  const url = URL.parse(value);
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") return invalid("https-url", { value });
  return valid(url.href);
});

/** Somebody to write to; as much of RFC 5321 §4.1.2 as people use. */
export const mailAddress: ValueType<string> = text("mail address", (value) => {
  const at = value.lastIndexOf("@");
  const local = value.slice(0, at);
  const isAddress = at > 0 && local.length <= 64 && /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(local);
  return isAddress && isHostName(value.slice(at + 1)) ? valid(value) : invalid("mail-address", { value });
});

/** The SHA-256 of a certificate in hex, with or without colons; kept in lower case without. */
export const certificatePin: ValueType<string> = text("SHA-256 fingerprint", (value) => {
  const hex = value.replaceAll(":", "").toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? valid(hex) : invalid("fingerprint");
});

/** Such a name would be read as an address by whoever connects ("1.2.3", "0x7f.1"). */
function endsInNumber(name: string): boolean {
  return /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i.test(name);
}

function isRange(value: string): boolean {
  const slash = value.indexOf("/");
  const family = isIP(slash < 0 ? value : value.slice(0, slash));
  if (family === 0) return false;
  if (slash < 0) return true;
  const prefix = value.slice(slash + 1);
  return /^(?:0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

function isPort(digits: string): boolean {
  return /^[1-9][0-9]{0,4}$/.test(digits) && Number(digits) <= 65_535;
}

/** IPv6 addresses and ranges stand in brackets when a port follows: their last group could be one. */
function splitPort(value: string): { readonly host: string; readonly port: string | undefined } {
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(value);
  if (bracketed !== null) return { host: bracketed[1] ?? "", port: bracketed[2] };
  const colon = value.indexOf(":");
  if (colon < 0 || value.includes(":", colon + 1)) return { host: value, port: undefined };
  return { host: value.slice(0, colon), port: value.slice(colon + 1) };
}
