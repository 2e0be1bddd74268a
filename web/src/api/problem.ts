// SPDX-License-Identifier: Apache-2.0
import type { Problem } from "./schema.ts";

export type FieldReason = NonNullable<Problem["fields"]>[number];
export type ProblemCode = Problem["code"] | "console/unreachable" | "console/unexpected" | "console/no-passkey";

/** A call that was not done, and why: the problem details of the gateway, or that it did not answer. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  /** In English, from the gateway; may name the field. */
  readonly detail: string | undefined;

  /** What is wrong at each field, by its name. */
  readonly fields: ReadonlyMap<string, FieldReason>;

  constructor(code: ProblemCode, status: number, detail?: string, fields: Problem["fields"] = []) {
    super(detail ?? code);
    this.name = "ApiProblem";
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.fields = new Map(fields.map((each) => [each.field, each]));
  }
}

/** Whatever was thrown, as a problem. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem("console/unexpected", 0, error instanceof Error ? error.message : String(error));
}
