// SPDX-License-Identifier: Apache-2.0
import { type ErrorCode, errorCatalogue, PosternError } from "../base/errors.ts";

/** An error as programs read it, in `--json` and on the control socket. */
export interface JsonError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** An error as programs read it. What is not ours says nothing but that: it could name anything. */
export function errorToJson(error: unknown): JsonError {
  if (error instanceof PosternError) return { code: error.code, message: error.message };
  return { code: "internal/fault", message: errorCatalogue["internal/fault"].text };
}

/** The error that the other side of the socket had. */
export function errorFromJson({ code, message }: { readonly code: string; readonly message: string }): PosternError {
  if (!isErrorCode(code)) return new PosternError("internal/fault", `${code}: ${message}`);
  const prefix = `${errorCatalogue[code].text}: `;
  return new PosternError(code, message.startsWith(prefix) ? message.slice(prefix.length) : undefined);
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text);
}
