// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";

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
