// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Programs that the tests talk to, and how Debian calls the package. `install-peers.sh` brings them all. */
const packages = {
  postfix: "postfix",
  postqueue: "postfix",
  postconf: "postfix",
  "smtp-source": "postfix",
  dovecot: "dovecot-pop3d dovecot-lmtpd dovecot-submissiond",
  doveadm: "dovecot-core",
  exim4: "exim4-daemon-light (unpacked beside Postfix, see install-peers.sh)",
  fetchmail: "fetchmail",
  mpop: "mpop",
  getmail: "getmail6",
  msmtp: "msmtp",
  swaks: "swaks libnet-ssleay-perl",
  curl: "curl",
  nginx: "nginx libnginx-mod-stream",
  openssl: "openssl",
  pebble: "pebble",
  "pebble-challtestsrv": "pebble",
  strace: "strace",
  testssl: "testssl.sh",
  python3: "python3",
} as const;

export type PeerName = keyof typeof packages;

/** Where `install-peers.sh` unpacks what cannot be installed beside Postfix. */
export const peersRoot = process.env["POSTERN_PEERS"] ?? "/opt/postern-peers";

const directories = [
  ...(process.env["PATH"] ?? "").split(":"),
  "/usr/sbin",
  "/sbin",
  join(peersRoot, "usr/sbin"),
  join(peersRoot, "usr/bin"),
].filter((directory) => directory !== "");

function findPeer(name: PeerName): string | undefined {
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}

/** The path of a peer. Throws with the package that brings it when it is missing. */
export function peerPath(name: PeerName): string {
  const path = findPeer(name);
  if (path === undefined) throw new Error(`peer ${name} is missing: install ${packages[name]}`);
  return path;
}

/**
 * For the `skip` option of a test: why it cannot run here, or `false`. Says so in one line. Under CI nothing is skipped
 * for a missing peer: the test runs and fails by name.
 */
export function skipWithoutPeers(
  names: readonly PeerName[],
  options: { readonly root?: boolean } = {},
): string | false {
  const missing = names.filter((name) => findPeer(name) === undefined);
  const reasons = missing.map((name) => `${name} is missing (Debian: ${packages[name]})`);
  if (options.root === true && process.getuid?.() !== 0) reasons.push("the peer must be started by root");
  if (reasons.length === 0 || process.env["CI"] === "true") return false;
  const reason = reasons.join("; ");
  console.log(`skipped: ${reason}`);
  return reason;
}
