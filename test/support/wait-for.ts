// SPDX-License-Identifier: Apache-2.0

/**
 * Polls until `holds` says so: for other programs, which have no event to wait for. The deadline is far beyond what the
 * thing takes and only turns an endless wait into a failure with a name.
 */
export async function waitFor(
  what: string,
  holds: () => boolean | Promise<boolean>,
  options: { readonly pollMs?: number; readonly deadlineMs?: number } = {},
): Promise<void> {
  const end = performance.now() + (options.deadlineMs ?? 120_000);
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, options.pollMs ?? 50));
  }
}
