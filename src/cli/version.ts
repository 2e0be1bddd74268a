// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { z } from "zod";

/** The version of this program, from the package it came in. */
export function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
