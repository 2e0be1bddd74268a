// SPDX-License-Identifier: Apache-2.0

/**
 * TypeScript types from an OpenAPI document, in the form that openapi-fetch reads. It knows the words of JSON Schema that
 * zod writes for our shapes, and throws for any other: a type that says less than the schema must not come out unseen.
 */
type Json = Readonly<Record<string, unknown>>;

const methods = ["get", "put", "post", "delete", "patch"];

export function apiTypes(document: unknown): string {
  const { paths, components } = fields(document);
  const answers: string[] = [];
  const bodies: string[] = [];
  const all = Object.entries(fields(paths)).map(([path, operations]) => {
    const lines = Object.entries(fields(operations)).map(([method, operation]) => {
      const { operationId, requestBody, responses } = fields(operation);
      const name = String(operationId);
      answers.push(`  ${name}: ${answerType(responses)};`);
      if (requestBody !== undefined) bodies.push(`  ${name}: ${contentType(requestBody)};`);
      return `    ${method}: ${operationType(name, operation)};`;
    });
    const others = methods
      .filter((method) => !(method in fields(operations)))
      .map((method) => `    ${method}?: never;`);
    return `  ${JSON.stringify(path)}: {\n    parameters: { query?: never; header?: never; path?: never; cookie?: never };\n${[...lines, ...others].join("\n")}\n  };`;
  });
  return [
    "// SPDX-License-Identifier: Apache-2.0",
    "// Made by `npm run make` from the OpenAPI description of the API; not edited by hand.",
    "",
    `/** What operations answer, by their name. */\nexport interface Answers {\n${answers.join("\n")}\n}`,
    "",
    `/** What operations take as their body, by their name. */\nexport interface Bodies {\n${bodies.join("\n")}\n}`,
    "",
    `export type Problem = ${typeOf(fields(fields(components)["schemas"])["Problem"])};`,
    "",
    `/** For openapi-fetch. */\nexport interface paths {\n${all.join("\n")}\n}`,
    "",
  ].join("\n");
}

function operationType(name: string, operation: unknown): string {
  const { parameters, requestBody, responses } = fields(operation);
  const body = requestBody === undefined ? "requestBody?: never" : requestBodyType(name, requestBody);
  const [status] = Object.keys(fields(responses));
  const media = Object.keys(fields(fields(fields(responses)[status ?? ""])["content"]))[0] ?? "application/json";
  const answer = `${status}: { headers: Record<string, unknown>; content: { ${JSON.stringify(media)}: Answers[${JSON.stringify(name)}] } }`;
  const problem = 'default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } }';
  return `{ parameters: ${parameterTypes(list(parameters))}; ${body}; responses: { ${answer}; ${problem} } }`;
}

function requestBodyType(name: string, requestBody: unknown): string {
  const media = Object.keys(fields(fields(requestBody)["content"]))[0] ?? "application/json";
  return `requestBody: { content: { ${JSON.stringify(media)}: Bodies[${JSON.stringify(name)}] } }`;
}

function parameterTypes(parameters: readonly unknown[]): string {
  const groups = ["query", "header", "path", "cookie"].map((where) => {
    const here = parameters.map(fields).filter((each) => each["in"] === where);
    if (here.length === 0) return `${where}?: never`;
    const each = here.map(
      ({ name, required, schema }) =>
        `${JSON.stringify(name)}${required === true ? "" : "?"}: ${typeOf(schema)}${required === true ? "" : " | undefined"}`,
    );
    const optional = here.every(({ required }) => required !== true);
    return `${where}${optional ? "?" : ""}: { ${each.join("; ")} }`;
  });
  return `{ ${groups.join("; ")} }`;
}

function answerType(responses: unknown): string {
  const [status] = Object.keys(fields(responses));
  return contentType(fields(responses)[status ?? ""]);
}

function contentType(holder: unknown): string {
  const [content] = Object.values(fields(fields(holder)["content"]));
  return content === undefined ? "undefined" : typeOf(fields(content)["schema"]);
}

const silent: ReadonlySet<string> = new Set(
  `type description default format pattern contentEncoding title examples readOnly
  minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems
  properties required additionalProperties propertyNames items prefixItems uniqueItems
  enum const anyOf oneOf $ref`.split(/\s+/),
);

/** The type of a schema. */
export function typeOf(schema: unknown): string {
  const all = fields(schema);
  const unknownWord = Object.keys(all).find((word) => !silent.has(word));
  if (unknownWord !== undefined) throw new Error(`no type is known for a schema with "${unknownWord}"`);
  const { type, anyOf, oneOf, $ref } = all;
  if (typeof $ref === "string") return $ref.split("/").at(-1) ?? "unknown";
  if ("const" in all) return JSON.stringify(all["const"]);
  if (Array.isArray(all["enum"])) return all["enum"].map((each) => JSON.stringify(each)).join(" | ");
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return choices.map((each) => `(${typeOf(each)})`).join(" | ");
  if (Array.isArray(type)) return type.map((each) => `(${typeOf({ ...all, type: each })})`).join(" | ");
  if (type === "object") return objectType(all);
  if (type === "array") return arrayType(all);
  const simple: Readonly<Record<string, string>> = {
    string: "string",
    number: "number",
    integer: "number",
    boolean: "boolean",
    null: "null",
  };
  return simple[String(type)] ?? "unknown";
}

function arrayType({ items, prefixItems }: Json): string {
  if (Array.isArray(prefixItems)) return `[${prefixItems.map(typeOf).join(", ")}]`;
  return `(${typeOf(items ?? {})})[]`;
}

function objectType({ properties, required, additionalProperties }: Json): string {
  const needed = new Set(list(required).map(String));
  const each = Object.entries(fields(properties)).map(
    ([name, schema]) =>
      `${JSON.stringify(name)}${needed.has(name) ? "" : "?"}: ${typeOf(schema)}${needed.has(name) ? "" : " | undefined"}`,
  );
  if (each.length > 0) return `{ ${each.join("; ")} }`;
  const values = typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown";
  return `{ [name: string]: ${values} }`;
}

function fields(value: unknown): Json {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
