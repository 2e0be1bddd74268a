// SPDX-License-Identifier: Apache-2.0
import type { Reply } from "../reply.ts";

/** What an upstream announced in its reply to EHLO (RFC 5321 §4.1.1.1), as far as the proxy asks. */
export interface Extensions {
  readonly startTls: boolean;
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly dsn: boolean;
  /** RFC 1870 §4: `undefined` when there is no SIZE, or none is fixed (0). */
  readonly maxMessageBytes: number | undefined;
  /** SASL mechanisms, upper case. */
  readonly mechanisms: readonly string[];
  /** Every keyword, upper case. */
  readonly keywords: ReadonlySet<string>;
}

/** Reads an EHLO reply. The first line is the greeting and no extension. */
export function readExtensions(reply: Reply): Extensions {
  const values = new Map<string, string>();
  for (const line of reply.lines.slice(1)) {
    // `AUTH=PLAIN LOGIN` is how servers wrote it before RFC 2554; some still write both.
    const [, keyword, text] = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =](.*))?$/s.exec(line.trim()) ?? [];
    if (keyword === undefined) continue;
    const key = keyword.toUpperCase();
    values.set(key, `${values.get(key) ?? ""} ${text ?? ""}`.trim());
  }
  const size = /^[0-9]{1,15}$/.test(values.get("SIZE") ?? "") ? Number(values.get("SIZE")) : 0;
  const mechanisms = (values.get("AUTH") ?? "").toUpperCase().split(/[ \t]+/);
  return {
    startTls: values.has("STARTTLS"),
    pipelining: values.has("PIPELINING"),
    chunking: values.has("CHUNKING"),
    eightBitMime: values.has("8BITMIME"),
    smtpUtf8: values.has("SMTPUTF8"),
    dsn: values.has("DSN"),
    maxMessageBytes: size > 0 ? size : undefined,
    mechanisms: [...new Set(mechanisms.filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name)))],
    keywords: new Set(values.keys()),
  };
}
