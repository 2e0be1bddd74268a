// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

/** The version of this program, from the package it came in. */
export function readVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const version = typeof content === "object" && content !== null && "version" in content ? content.version : undefined;
  return typeof version === "string" ? version : "unknown";
}
