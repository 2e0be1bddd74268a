// SPDX-License-Identifier: Apache-2.0

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

/** Names that can stand in an allow-list for the ranges of a provider. */
export const peerPresetNames: readonly string[] = Object.keys(peerPresets);
