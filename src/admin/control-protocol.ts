// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { type ErrorCode, errorCatalogue, PosternError } from "../base/errors.ts";

/**
 * What crosses the control socket: one request, one line of JSON; then any number of progress lines and one last line
 * with the result or the error. One request a connection.
 */
export const controlRequest = z.strictObject({
  operation: z.string(),
  input: z.unknown(),
  actor: z.string().max(100),
});

export const controlAnswer = z.union([
  z.strictObject({ progress: z.string() }),
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) }),
]);

export type ControlRequest = z.infer<typeof controlRequest>;
export type ControlAnswer = z.infer<typeof controlAnswer>;

/** A description has 1,000 characters; an allow-list of many thousand ranges fits too. */
export const maxControlLineBytes = 1024 * 1024;

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
