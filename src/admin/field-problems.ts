// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { type FieldProblem, PosternError } from "../base/errors.ts";
import { plainReason, type Reason, reasonFor } from "../base/reasons.ts";

/** Whoever sends thousands of mistakes is told of the first, and a name of any length is not sent back whole. */
const told = { problems: 20, characters: 300 };

/**
 * What zod found wrong with an input, as `admin/bad-request`. It says where and what, never the value: that may be a password.
 * `part` is where in a request the input stood; a form knows its fields without it.
 */
export function badInput(error: z.ZodError, part?: string): PosternError {
  const issues = error.issues.slice(0, told.problems);
  const detail = issues
    .map((issue) => {
      const { path } = issue;
      const message = briefly(issue);
      const place = [...(part === undefined ? [] : [part]), ...path.map(String)].join(".");
      return place === "" ? message : `${place}: ${message}`;
    })
    .join("; ");
  return new PosternError("admin/bad-request", detail, { fields: issues.flatMap(fieldOf) });
}

/** `["allowedTargets", 2]` is the third entry of a field. */
function fieldOf(issue: z.core.$ZodIssue): readonly FieldProblem[] {
  const [field, index] = issue.path;
  if (field === undefined) return [];
  const reason = reasonOf(issue);
  return [{ field: String(field), ...reason, ...(typeof index === "number" ? { entry: index + 1 } : {}) }];
}

/** Under this name a check of ours gives its own reason to zod, in `params` of an issue. */
export function issueParams(reason: Reason): { readonly why: Reason } {
  return { why: plainReason(reason) };
}

const ours = z.object({
  why: z.custom<Reason>((value) => typeof value === "object" && value !== null && "code" in value),
});

function reasonOf(issue: z.core.$ZodIssue): Reason {
  const own = ours.safeParse("params" in issue ? issue.params : undefined);
  return own.success ? own.data.why : reasonFor("shape", { problem: briefly(issue) });
}

function briefly({ message }: z.core.$ZodIssue): string {
  return message.slice(0, told.characters);
}
