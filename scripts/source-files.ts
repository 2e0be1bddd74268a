// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** A file of the repository, as the checks look at it. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export const repository: string = join(import.meta.dirname, "..");

/** The files below `folder` with one of the endings, in the order of their paths. */
export function readSourceFiles(folder: string, endings: readonly string[]): readonly SourceFile[] {
  return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(repository, file).replaceAll("\\", "/"), text: readFileSync(file, "utf8") }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** Prints what was found and sets the exit code; prints `clean` when it was nothing. */
export function report(violations: readonly string[], clean: string): void {
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
  else console.log(clean);
}
