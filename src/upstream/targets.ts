// SPDX-License-Identifier: Apache-2.0
import { type BlockList, isIP } from "node:net";
import { PosternError } from "../base/errors.ts";
import { parseTarget, type Target } from "../protocol/proxy-user-name.ts";
import { addressKind, isMapped, listOf } from "./address-kinds.ts";

/** RFC 8314, RFC 6409, RFC 1939, RFC 9051: where mail servers listen. */
export const mailPorts: ReadonlySet<number> = new Set([25, 110, 143, 465, 587, 993, 995]);

export interface TargetSettings {
  /**
   * `public`, `name`, `*.suffix`, an address or a CIDR range; each but `public` with `:port` if wanted, IPv6 with a port
   * in brackets. Without a port, the mail ports are meant.
   */
  readonly allowed: readonly string[];
  /** Where the gateway listens; `undefined` as host is every address of this machine. */
  readonly ownListeners: readonly { readonly host: string | undefined; readonly port: number }[];
  /** Our own names: connecting to them is a loop, whatever they resolve to. */
  readonly ownNames: readonly string[];
  /** Every address of this machine, asked at each check because interfaces come and go. */
  readonly ownAddresses: () => readonly string[];
}

/** Decides where the proxy may connect to (I10). Rules add up: what one allows is allowed. */
export interface TargetPolicy {
  /** Before anything is looked up: whether a name, or an address as it was typed, could be allowed on this port. */
  mayTry(target: Target, port: number): boolean;
  /** Whether this address may be connected to under this name. Every address of a name has to pass. */
  allows(target: Target, address: string, port: number): boolean;
}

/** What both allow: `policy`, and of that what `allowed` names; an empty list takes nothing away. Throws as `createTargetPolicy`. */
export function narrowed(policy: TargetPolicy, allowed: readonly string[]): TargetPolicy {
  if (allowed.length === 0) return policy;
  const own = createTargetPolicy({ allowed, ownListeners: [], ownNames: [], ownAddresses: () => [] });
  return {
    mayTry: (target, port) => policy.mayTry(target, port) && own.mayTry(target, port),
    allows: (target, address, port) => policy.allows(target, address, port) && own.allows(target, address, port),
  };
}

type Rule = { readonly port: number | undefined } & (
  | { readonly kind: "public" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "suffix"; readonly suffix: string }
  | { readonly kind: "range"; readonly list: BlockList; readonly family: number }
);

/** Throws `config/invalid` that names the rule. */
export function createTargetPolicy(settings: TargetSettings): TargetPolicy {
  const rules = settings.allowed.map(readRule);
  const ownNames = new Set(settings.ownNames.map((name) => name.toLowerCase()));
  return {
    mayTry(target, port) {
      if (ownNames.has(target.host)) return false;
      return rules.some((rule) => fitsPort(rule, port) && mayFit(rule, target));
    },
    allows(target, address, port) {
      if (isIP(address) === 0 || ownNames.has(target.host) || isOwnListener(settings, address, port)) return false;
      return rules.some((rule) => fitsPort(rule, port) && fitsAddress(rule, target, address));
    },
  };
}

function fitsPort(rule: Rule, port: number): boolean {
  return rule.port === undefined ? mailPorts.has(port) : rule.port === port;
}

function mayFit(rule: Rule, target: Target): boolean {
  if (target.hostKind !== "name") return fitsAddress(rule, target, target.host);
  switch (rule.kind) {
    case "public":
    case "range":
      return true;
    case "name":
    case "suffix":
      return fitsName(rule, target);
  }
}

/**
 * A name that an administrator wrote out may be in the own network. Under a suffix anybody may be able to make names, and
 * behind `public` stands whoever: there only public addresses count. Special addresses need a range that holds them.
 */
function fitsAddress(rule: Rule, target: Target, address: string): boolean {
  const kind = addressKind(address);
  switch (rule.kind) {
    case "public":
      return kind === "public";
    case "name":
      return fitsName(rule, target) && kind !== "special";
    case "suffix":
      return fitsName(rule, target) && kind === "public";
    case "range":
      return isIP(address) === rule.family && !isMapped(address) && rule.list.check(address, familyName(rule.family));
  }
}

function fitsName(rule: Extract<Rule, { readonly kind: "name" | "suffix" }>, { host }: Target): boolean {
  return rule.kind === "name" ? host === rule.name : host.endsWith(rule.suffix);
}

function isOwnListener({ ownListeners, ownAddresses }: TargetSettings, address: string, port: number): boolean {
  const here = ownListeners.filter((listener) => listener.port === port);
  if (here.length === 0) return false;
  const plain = canonical(address);
  const onMachine = isLoopback(address) || ownAddresses().some((own) => canonical(own) === plain);
  return here.some(({ host }) => (host === undefined || isWildcard(host) ? onMachine : canonical(host) === plain));
}

const loopback = listOf(["127.0.0.0/8", "::1", "0.0.0.0/8", "::"]);

function isLoopback(address: string): boolean {
  return loopback.check(address, familyName(isIP(address)));
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** One text for one address; a mapped one as the IPv4 address that it reaches. */
function canonical(address: string): string {
  if (isIP(address) !== 6) return address;
  const host = URL.parse(`http://[${address.replace(/%.*$/, "")}]`)?.hostname ?? address;
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return host;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join(".");
}

function familyName(family: number): "ipv4" | "ipv6" {
  return family === 4 ? "ipv4" : "ipv6";
}

function readRule(text: string): Rule {
  if (text === "public") return { kind: "public", port: undefined };
  const { host, port } = splitPort(text);
  if (port !== undefined && !(port >= 1 && port <= 65_535)) throw badRule(text);
  const [address = "", prefix] = host.split("/");
  const family = isIP(address);
  if (family !== 0) {
    if (prefix !== undefined && !(/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)))
      throw badRule(text);
    return { kind: "range", list: listOf([host]), family, port };
  }
  const target = parseTarget(host.replace(/^\*\./, ""));
  if (target?.hostKind !== "name") throw badRule(text);
  return host.startsWith("*.")
    ? { kind: "suffix", suffix: `.${target.host}`, port }
    : { kind: "name", name: target.host, port };
}

/** IPv6 stands in brackets when a port follows: its last group could be one. */
function splitPort(text: string): { readonly host: string; readonly port: number | undefined } {
  const [, bracketed, digits] = /^\[([^\]]+)\](?::([0-9]{1,5}))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: digits === undefined ? undefined : Number(digits) };
  const [host = "", port, ...more] = text.split(":");
  return port === undefined || more.length > 0 ? { host: text, port: undefined } : { host, port: Number(port) };
}

function badRule(text: string): PosternError {
  return new PosternError("config/invalid", `proxy.allowed_targets: "${text}" is no target`);
}
