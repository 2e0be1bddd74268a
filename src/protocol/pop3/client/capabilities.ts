// SPDX-License-Identifier: Apache-2.0

/** What an upstream announced in its response to CAPA (RFC 2449 §5). */
export interface Capabilities {
  /** The server knows CAPA at all. Without it, USER is taken to be there (RFC 1939 §7). */
  readonly announced: boolean;
  readonly stls: boolean;
  readonly user: boolean;
  readonly uidl: boolean;
  readonly top: boolean;
  readonly pipelining: boolean;
  /** SASL mechanisms, upper case. */
  readonly mechanisms: readonly string[];
  /** Every line as announced, to be filtered and shown on. */
  readonly lines: readonly string[];
}

export const noCapabilities: Capabilities = {
  announced: false,
  stls: false,
  user: true,
  uidl: false,
  top: false,
  pipelining: false,
  mechanisms: [],
  lines: [],
};

/** Reads the multi-line part of CAPA, transparency taken out. */
export function readCapabilities(text: string): Capabilities {
  const lines = text.split("\r\n").filter((line) => line !== "");
  const values = new Map(lines.map((line) => readCapability(line)));
  return {
    announced: true,
    stls: values.has("STLS"),
    user: values.has("USER"),
    uidl: values.has("UIDL"),
    top: values.has("TOP"),
    pipelining: values.has("PIPELINING"),
    mechanisms: (values.get("SASL") ?? []).filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name)),
    lines,
  };
}

function readCapability(line: string): readonly [string, readonly string[]] {
  const [tag = "", ...parameters] = line.toUpperCase().split(/[ \t]+/);
  return [tag, parameters];
}
