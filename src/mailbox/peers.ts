// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { PosternError } from "../base/errors.ts";
import { peerPresetNames, peerPresets } from "../base/peer-presets.ts";
import { type Reason, reasonFor } from "../base/reasons.ts";

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
    const presets = peerPresetNames.join(" or ");
    throw badEntry(reasonFor("peer", { value: range, presets }));
  }
  const widest = family === "ipv4" ? 32 : 128;
  const prefix = slash < 0 ? widest : parsePrefix(range.slice(slash + 1), widest);
  if (prefix === undefined) throw badEntry(reasonFor("peer-prefix", { value: range, widest }));
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

function badEntry(reason: Reason): PosternError {
  return new PosternError("mailbox/bad-request", reason.reason, { fields: [{ field: "allowedPeers", ...reason }] });
}
