// SPDX-License-Identifier: Apache-2.0
import { type ErrorCode, PosternError } from "../../base/errors.ts";
import type { Call, Headers } from "./route.ts";

/** The ETag of what has a version (RFC 9110 §8.8.3). */
export function tagOf({ version }: { readonly version: string }): Headers {
  return { etag: `"${version}"` };
}

/** RFC 9110 §13.1.1: `*` fits whatever is there. Throws `api/precondition-needed` without one. */
export function versionOf(
  header: Call<unknown, unknown, unknown>["header"],
  changedMeanwhile: ErrorCode,
): { readonly version?: string } {
  const wanted = header("if-match")?.trim();
  if (wanted === undefined) throw new PosternError("api/precondition-needed");
  if (wanted === "*") return {};
  const version = /^"([^"]*)"$/.exec(wanted)?.[1];
  // A weak tag, or a list, is none that we gave.
  if (version === undefined) throw new PosternError(changedMeanwhile);
  return { version };
}

/** For the description of a route that needs one. */
export const ifMatchHeader: Headers = {
  "if-match": "Required: the ETag that was seen, so that nobody's change is undone unseen; or * to change it anyway.",
};
