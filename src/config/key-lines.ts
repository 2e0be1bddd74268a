// SPDX-License-Identifier: Apache-2.0

/** Section and key: nobody asks for what is below. */
const namedParts = 2;

/**
 * On which line each setting of a TOML text stands, by its dotted name (`limits.smtp_idle`, also `limits` for the
 * section's own line). The TOML reader tells values only. A text in triple quotes could hold a line that looks like a key; no
 * setting wants one, and the worst that follows is a wrong line number in an error.
 */
export function keyLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let table: readonly string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*\[\[?([^[\]]+)\]\]?\s*(?:#.*)?\r?$/.exec(line)?.[1];
    const key =
      header ??
      /^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=/.exec(line)?.[1];
    if (key === undefined) continue;
    const parts = dottedParts(key);
    if (header !== undefined) table = parts;
    const whole = header === undefined ? [...table, ...parts] : parts;
    for (let length = 1; length <= Math.min(whole.length, namedParts); length++) {
      const name = whole.slice(0, length).join(".");
      if (!lines.has(name)) lines.set(name, index + 1);
    }
  }
  return lines;
}

function dottedParts(key: string): readonly string[] {
  return Array.from(key.matchAll(/[A-Za-z0-9_-]+|"[^"]*"|'[^']*'/g), ([part]) => part.replaceAll(/^["']|["']$/g, ""));
}
