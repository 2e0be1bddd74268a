// SPDX-License-Identifier: Apache-2.0
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";

export interface Parameter {
  readonly name: string;
  readonly where: string;
  readonly required: boolean;
  readonly description: string;
  readonly shape: JsonObject;
}

export interface Answer {
  readonly status: string;
  readonly description: string;
  readonly mediaType: string;
  /** `undefined`: it is not JSON. */
  readonly shape: JsonObject | undefined;
}

/** One call of the API, as the description of it says. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** The first part of the path: what it is about. */
  readonly group: string;
  readonly summary: string;
  /** `public`, `caller`, `person`, or a scope. */
  readonly access: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonObject | undefined;
  readonly answers: readonly Answer[];
}

/** Every operation of an OpenAPI document, in its order. */
export function readOperations(document: unknown): readonly Operation[] {
  return Object.entries(objectAt(document, "paths")).flatMap(([path, methods]) =>
    Object.entries(objectAt(methods)).map(([method, operation]) => readOperation(method, path, objectAt(operation))),
  );
}

function readOperation(method: string, path: string, operation: JsonObject): Operation {
  const body = objectAt(operation, "requestBody", "content", "application/json")["schema"];
  return {
    id: textAt(operation, "operationId"),
    method: method.toUpperCase(),
    path,
    group: path.split("/")[1] ?? "",
    summary: textAt(operation, "summary"),
    access: textAt(operation, "x-access"),
    parameters: listAt(operation, "parameters").map(readParameter),
    body: isObject(body) ? body : undefined,
    answers: Object.entries(objectAt(operation, "responses")).flatMap(readAnswer),
  };
}

function readParameter(parameter: unknown): Parameter {
  return {
    name: textAt(parameter, "name"),
    where: textAt(parameter, "in"),
    required: objectAt(parameter)["required"] === true,
    description: textAt(parameter, "description"),
    shape: objectAt(parameter, "schema"),
  };
}

/** Those that went well: what went wrong looks alike everywhere. */
function readAnswer([status, answer]: readonly [string, unknown]): readonly Answer[] {
  if (status === "default") return [];
  return Object.entries(objectAt(answer, "content")).map(([mediaType, content]) => ({
    status,
    description: textAt(answer, "description"),
    mediaType,
    shape: mediaType === "application/json" ? objectAt(content, "schema") : undefined,
  }));
}
