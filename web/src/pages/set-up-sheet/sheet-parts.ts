// SPDX-License-Identifier: Apache-2.0
import type { Field, Place, SecurePlace } from "./sheet.ts";

/** Lines of a file or of a shell. */
export function lines(...each: readonly string[]): string {
  return each.join("\n");
}

/** What stands where the gateway does not listen; the page warns of it. */
const nowhere = { host: "–", port: 0 } as const;

export function place(known: Place | undefined): Place {
  return known ?? nowhere;
}

export function securePlace(known: SecurePlace | undefined): SecurePlace {
  return known ?? { ...nowhere, tls: "implicit" };
}

/** How most programs call the two ways into TLS. */
export function tlsWord({ tls }: Pick<SecurePlace, "tls">): string {
  return tls === "implicit" ? "SSL/TLS" : "STARTTLS";
}

/** Host, port and encryption, as fields of a form. */
export function placeFields(known: SecurePlace | undefined): readonly Field[] {
  const { host, port, tls } = securePlace(known);
  return [
    { label: "server", value: host },
    { label: "port", value: String(port) },
    { label: "encryption", value: tlsWord({ tls }) },
  ];
}
