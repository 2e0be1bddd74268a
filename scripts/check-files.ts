// SPDX-License-Identifier: Apache-2.0
/** Every source file begins with its licence, and no file has an ending or a name that the house does not know. */
import { readSourceFiles, report, type SourceFile } from "./source-files.ts";

const licence = "// SPDX-License-Identifier: Apache-2.0";
const folders = ["src", "scripts", "test", "bin", "web"];

/** What is wrong with the files as files, a line each. */
export function checkFiles(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const wrong: string[] = [];
    const lines = text.split("\n", 2);
    if ((lines[0]?.startsWith("#!") === true ? lines[1] : lines[0]) !== licence) {
      wrong.push(`${path}: the first line must be ${licence}`);
    }
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.d)?\.[a-z]+$/.test(path.split("/").at(-1) ?? "")) {
      wrong.push(`${path}: file names are written in kebab-case`);
    }
    if (/\b(?:TODO|FIXME|XXX)\b/.test(text) && path !== "scripts/check-files.ts") {
      wrong.push(`${path}: what is left to do is an issue, not a comment`);
    }
    return wrong;
  });
}

if (import.meta.main) {
  const files = folders.flatMap((folder) => readSourceFiles(folder, [".ts", ".tsx", ".cjs", ".js"]));
  report(checkFiles(files), `${files.length} files have licence and name.`);
}
