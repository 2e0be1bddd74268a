// SPDX-License-Identifier: Apache-2.0

/** How the laboratory repairs: whoever does it, and whenever, it comes out the same. */
export const labRepair = { apply: true, atMs: 1_800_000_000_000, actor: "cli:lab" } as const;
