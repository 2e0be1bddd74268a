// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { PosternError } from "../base/errors.ts";

/**
 * Ranges that large providers deliver from. They are shared by all customers of the provider: such a list proves
 * "Microsoft", never "our tenant". What keeps strangers out is the unguessable mailbox address.
 */
export const peerPresets = {
  /** Endpoint set 10 of Microsoft 365 (Exchange Online, TCP 25), and the one address that only its service tag has. */
  microsoft365: [
    "40.92.0.0/15",
    "40.107.0.0/16",
    "52.100.0.0/14",
    "52.238.78.88/32",
    "104.47.0.0/17",
    "2a01:111:f400::/48",
    "2a01:111:f403::/48",
  ],
  /** The SPF record of `_spf.google.com` with what it includes. */
  google: [
    "35.190.247.0/24",
    "35.191.0.0/16",
    "64.233.160.0/19",
    "66.102.0.0/20",
    "66.249.80.0/20",
    "72.14.192.0/18",
    "74.125.0.0/16",
    "108.177.8.0/21",
    "108.177.96.0/19",
    "130.211.0.0/22",
    "172.217.0.0/19",
    "172.217.32.0/20",
    "172.217.128.0/19",
    "172.217.160.0/20",
    "172.217.192.0/19",
    "172.253.56.0/21",
    "172.253.112.0/20",
    "173.194.0.0/16",
    "209.85.128.0/17",
    "216.58.192.0/19",
    "216.239.32.0/19",
    "2001:4860:4000::/36",
    "2404:6800:4000::/36",
    "2607:f8b0:4000::/36",
    "2800:3f0:4000::/36",
    "2a00:1450:4000::/36",
    "2c0f:fb50:4000::/36",
  ],
} as const satisfies Record<string, readonly string[]>;

/** Which peers may deliver. An empty list lets any peer in. */
export interface PeerList {
  /** As written: single addresses, CIDR ranges and names of presets. */
  readonly entries: readonly string[];
  /** `address` is what the socket says; IPv4 in IPv6 form (`::ffff:192.0.2.1`) counts as IPv4. */
  allows(address: string): boolean;
}

/** Reads an allow-list. Throws `mailbox/bad-request` that names the entry and what is wrong with it. */
export function parsePeerList(entries: readonly string[]): PeerList {
  if (entries.length === 0) return { entries, allows: () => true };
  const list = new BlockList();
  for (const entry of entries) for (const range of expand(entry.trim())) addRange(list, range);
  return { entries, allows: (address) => contains(list, address) };
}

function expand(entry: string): readonly string[] {
  for (const [name, ranges] of Object.entries(peerPresets)) if (name === entry.toLowerCase()) return ranges;
  return [entry];
}

function addRange(list: BlockList, range: string): void {
  const slash = range.indexOf("/");
  const address = slash < 0 ? range : range.slice(0, slash);
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) && !address.includes("%") ? "ipv6" : undefined;
  if (family === undefined) {
    const presets = Object.keys(peerPresets).join(", ");
    throw badEntry(range, `write an address, a range such as 192.0.2.0/24, or one of: ${presets}`);
  }
  const widest = family === "ipv4" ? 32 : 128;
  const prefix = slash < 0 ? widest : parsePrefix(range.slice(slash + 1), widest);
  if (prefix === undefined) throw badEntry(range, `the part after the slash must be a number from 0 to ${widest}`);
  list.addSubnet(address, prefix, family);
}

function parsePrefix(text: string, widest: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return undefined;
  const prefix = Number(text);
  return prefix <= widest ? prefix : undefined;
}

function contains(list: BlockList, address: string): boolean {
  if (isIPv4(address)) return list.check(address, "ipv4");
  // A link-local peer comes with its interface: `fe80::1%eth0`.
  const plain = address.split("%", 1)[0] ?? "";
  return isIPv6(plain) && list.check(plain, "ipv6");
}

function badEntry(entry: string, advice: string): PosternError {
  return new PosternError("mailbox/bad-request", `"${entry}" is no peer to allow; ${advice}`);
}
