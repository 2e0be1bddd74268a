// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { parseSize } from "../config/units.ts";

/** `"10 GiB"` in octets, `"none"` as `null`. Throws `cli/usage`. */
export function parseMostWaiting(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return null;
  const size = parseSize(text);
  if (!size.ok) throw new PosternError("cli/usage", `--most-waiting: ${size.reason}`);
  return size.value;
}
