// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface TestMessage {
  readonly name: string;
  readonly content: Buffer;
}

/** Third-party messages that are not part of this repository: a folder beside it. Somebody else's machine has none. */
const directory = process.env["POSTERN_CORPUS"] ?? join(import.meta.dirname, "../../../shared/corpus");

const notMessages = /^(README\.md|.*LICENSE.*|NOTICE|COPYING)$/;

const absent = "the corpus of third-party messages is not on this machine";

/** For the `skip` option of a test that needs the corpus itself. Its absence is never a failure. */
export function skipWithoutCorpus(): string | false {
  return existsSync(directory) ? false : absent;
}

/** All messages of the corpus in a fixed order; none when it is absent, which it says. */
export function loadCorpus(): readonly TestMessage[] {
  if (!existsSync(directory)) {
    console.log(`skipped: ${absent}; the torture messages alone are used`);
    return [];
  }
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !notMessages.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ name: relative(directory, path), content: readFileSync(path) }));
}
