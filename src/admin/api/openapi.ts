// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { errorCatalogue } from "../../base/errors.ts";
import { reasonCatalogue } from "../../base/reasons.ts";
import { scopes } from "../accounts/roles.ts";
import { cookieName, csrfHeader } from "./authenticate.ts";
import { problemType } from "./problem.ts";
import type { Headers, Route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

export const apiPrefix = "/api/v1";

/** The description of the routes in OpenAPI 3.1, made from the very shapes that they check with. */
export function describeApi(routes: readonly Route[], version: string): Json {
  const paths = new Map<string, Record<string, Json>>();
  for (const each of routes) {
    const path = paths.get(each.path) ?? {};
    paths.set(each.path, { ...path, [each.method.toLowerCase()]: describeRoute(each) });
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Postern",
      version,
      description:
        "Administration of an e-mail archiving gateway. No call returns mail: it is sealed, and is pulled by POP3 with the password of its mailbox.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: apiPrefix }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token; what it may do, its scopes say." },
        person: {
          type: "apiKey",
          in: "cookie",
          name: cookieName,
          description: `The cookie of a sign-in. What changes something needs the header ${csrfHeader} as well, with the csrfToken of the sign-in.`,
        },
      },
      schemas: { Problem: problem },
    },
    "x-scopes": scopes,
  };
}

/** RFC 9457 §3.1. */
const problem: Json = {
  type: "object",
  required: ["type", "title", "status", "code"],
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    fields: {
      type: "array",
      description: "What is wrong at each field.",
      items: {
        type: "object",
        required: ["field", "reason", "code", "values"],
        properties: {
          field: { type: "string" },
          reason: { type: "string", description: "In English." },
          code: { type: "string", enum: Object.keys(reasonCatalogue), description: "Stable; for texts of one's own." },
          values: {
            type: "object",
            additionalProperties: { anyOf: [{ type: "string" }, { type: "number" }] },
            description: "What stands in the reason.",
          },
          entry: {
            anyOf: [{ type: "string" }, { type: "number" }],
            description: "Which entry of a list or table it is about: counted from one, or its name.",
          },
        },
      },
    },
    code: { type: "string", enum: Object.keys(errorCatalogue), description: "Stable; what programs look at." },
  },
};

function describeRoute(route: Route): Json {
  const { name, summary, access, body, status, otherStatus: other } = route;
  return {
    operationId: name,
    summary,
    security: securityOf(access),
    "x-access": access,
    parameters: [
      ...parameters(route.params, "path"),
      ...parameters(route.query, "query"),
      ...headerParameters(route.requestHeaders ?? {}),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: shapeOf(body, "input") } } } }),
    responses: {
      [status]: { description: "Done", content: answerOf(route) },
      ...(other === undefined ? {} : { [other.status]: { description: other.when, content: answerOf(route) } }),
      default: {
        description: "It was not done, and why",
        content: { [problemType]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

/** A person may do what the role has scopes for. */
function securityOf(access: Route["access"]): readonly Json[] {
  if (access === "public") return [];
  if (access === "caller") return [{ token: [] }, { person: [] }];
  return access === "person" ? [{ person: [] }] : [{ token: [access] }, { person: [access] }];
}

function answerOf({ answer }: Route): Json {
  if (answer instanceof z.ZodType) return { "application/json": { schema: shapeOf(answer, "output") } };
  return { [answer.mediaType]: { schema: { type: "string" } } };
}

function parameters(shape: z.ZodObject | undefined, where: "path" | "query"): readonly Json[] {
  return Object.entries(shape?.shape ?? {}).map(([name, each]) => ({
    name,
    in: where,
    required: where === "path" || (each instanceof z.ZodType && !each.safeParse(undefined).success),
    schema: each instanceof z.ZodType ? shapeOf(each, "output") : {},
  }));
}

function headerParameters(headers: Headers): readonly Json[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: "header",
    required: description.startsWith("Required"),
    description,
    schema: { type: "string" },
  }));
}

/**
 * OpenAPI 3.1 speaks JSON Schema 2020-12; the dialect need not be said again at each shape. An answer may get more fields in
 * a later version, so its shape does not forbid them.
 */
function shapeOf(shape: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, {
    target: "draft-2020-12",
    io,
    override: ({ jsonSchema }) => {
      // Of a type, it says that our code does not write to it; of a description, that a caller must not send it.
      delete jsonSchema.readOnly;
      if (io === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return schema;
}
