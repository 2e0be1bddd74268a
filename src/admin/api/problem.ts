// SPDX-License-Identifier: Apache-2.0
import { type ErrorCode, errorCatalogue, type FieldProblem, PosternError } from "../../base/errors.ts";

/** An error as the API tells it: problem details (RFC 9457 §3.1) with our stable code beside them. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: ErrorCode;
  /** What is wrong at each field of the request. */
  readonly fields?: readonly FieldProblem[];
}

export const problemType = "application/problem+json";

/** The status codes (RFC 9110 §15) of the errors that a caller can do something about. */
const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  "api/not-signed-in": 401,
  "api/denied": 401,
  "api/wrong-password": 422,
  "api/wrong-code": 422,
  "api/ticket-ended": 409,
  "api/no-passkeys-here": 409,
  "api/forbidden": 403,
  "api/second-factor-needed": 403,
  "api/cross-site": 403,
  "api/not-found": 404,
  "api/wrong-method": 405,
  "api/too-large": 413,
  "api/wrong-type": 415,
  "api/too-many": 429,
  "api/set-up-done": 409,
  "admin/bad-request": 400,
  "admin/weak-password": 422,
  "admin/unknown": 404,
  "admin/exists": 409,
  "admin/last-administrator": 409,
  "mailbox/unknown": 404,
  "mailbox/not-suspended": 409,
  "mailbox/not-empty": 409,
  "mailbox/changed-meanwhile": 412,
  "mailbox/request-reused": 422,
  // RFC 6585 §3.
  "api/precondition-needed": 428,
  "mailbox/bad-request": 422,
  "config/invalid": 422,
  "certificate/from-files": 409,
  "certificate/not-automatic": 409,
  "certificate/not-used": 422,
  "config/changed-meanwhile": 412,
  "notify/not-configured": 409,
  "seal/wrong-passphrase": 422,
  "store/maildrop-locked": 409,
  "internal/fault": 500,
};

/** Our trouble is 503, so that a program tries again; what will never work is 400. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof PosternError)) return problem("internal/fault", undefined);
  const { text } = errorCatalogue[error.code];
  const detail = error.message.startsWith(`${text}: `) ? error.message.slice(text.length + 2) : undefined;
  const { fields } = error;
  return { ...problem(error.code, detail), ...(fields.length === 0 ? {} : { fields }) };
}

function problem(code: ErrorCode, detail: string | undefined): Problem {
  const { text, permanent } = errorCatalogue[code];
  return {
    // A name, not an address: RFC 9457 §3.1.1 allows any URI, and this one needs no host that must stay.
    type: `urn:postern:error:${code.replace("/", ":")}`,
    title: text,
    status: statuses[code] ?? (permanent ? 400 : 503),
    ...(detail === undefined ? {} : { detail }),
    code,
  };
}
