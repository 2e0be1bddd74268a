// SPDX-License-Identifier: Apache-2.0

/**
 * scrypt work factors (log2 N; each step doubles time and memory). Generated passwords carry 138 random bits, so theirs
 * comes from the configuration and is low; one that a person chose gets what age itself uses: 256 MiB.
 */
export const chosenPasswordWorkFactor = 18;

/** Files that ask for more are not opened: one sign-in must not take gigabytes. */
export const maxWorkFactor = 20;
