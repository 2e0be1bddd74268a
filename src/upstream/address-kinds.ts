// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP } from "node:net";

/**
 * `public`: anybody on the internet may be meant. `private`: an organisation's own network. `special`: this machine, the
 * link, the provider's metadata service, or an IPv6 form that carries an IPv4 address and so hides one of these.
 */
export type AddressKind = "public" | "private" | "special";

/** RFC 1918 §3, RFC 6598 §7, RFC 4193 §3. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

/** The IANA registries of special-purpose addresses (RFC 6890), as far as they are not public. */
const specialRanges = [
  "0.0.0.0/8", // this network
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, with the metadata service 169.254.169.254
  "192.0.0.0/24", // IETF protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
  "64:ff9b::/96", // NAT64 (RFC 6052 §2.1)
  "64:ff9b:1::/48", // NAT64 of a network's own (RFC 8215 §5)
  "2001::/23", // IETF protocol assignments, with Teredo (RFC 4380 §2.6)
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4 (RFC 3056 §2)
  "3fff::/20", // documentation (RFC 9637)
];

const privateList = listOf(privateRanges);
const specialList = listOf(specialRanges);
/** RFC 4291 §2.4: global unicast addresses are given out of this range alone. */
const globalUnicast = listOf(["2000::/3"]);

/** @param address canonical text, without brackets or scope id. Anything else is `special`. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0) return "special";
  const type = family === 4 ? "ipv4" : "ipv6";
  // A mapped address counts as the IPv4 address for `BlockList`; for us it is a form in which nothing honest comes.
  if (isMapped(address) || specialList.check(address, type)) return "special";
  if (privateList.check(address, type)) return "private";
  return family === 4 || globalUnicast.check(address, "ipv6") ? "public" : "special";
}

/** `::ffff:0:0/96` (RFC 4291 §2.5.5.2), however it is written. */
export function isMapped(address: string): boolean {
  if (isIP(address) !== 6) return false;
  return /^\[::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/.test(URL.parse(`http://[${address}]`)?.hostname ?? "");
}

export function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/");
    const type = isIP(address) === 4 ? "ipv4" : "ipv6";
    list.addSubnet(address, prefix === undefined ? (type === "ipv4" ? 32 : 128) : Number(prefix), type);
  }
  return list;
}
