// SPDX-License-Identifier: Apache-2.0
import { extname } from "node:path";

/** The file of a thread beside `module`: TypeScript in the source tree, JavaScript in the package. */
export function threadFile(name: string, module: string): URL {
  return new URL(`./${name}${extname(module)}`, module);
}
