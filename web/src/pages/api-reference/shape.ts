// SPDX-License-Identifier: Apache-2.0
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";

/** One line of a shape: a field, how deep it stands, and of what kind it is. */
export interface ShapeLine {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly kind: string;
  readonly required: boolean;
  readonly description: string;
}

/** Deeper than this no shape of the API goes; a description from elsewhere might. */
const maxDepth = 6;

/** The fields of an object, those of the objects in it below them. */
export function shapeLines(shape: JsonObject, depth = 0, path = ""): readonly ShapeLine[] {
  const inner = innerObject(shape);
  if (depth > maxDepth) return [];
  const required = new Set(listAt(inner, "required"));
  return Object.entries(objectAt(inner, "properties")).flatMap(([name, field]) => {
    const each = objectAt(field);
    const here = `${path}.${name}`;
    const line: ShapeLine = {
      path: here,
      name,
      depth,
      kind: kindOf(each),
      required: required.has(name),
      description: textAt(each, "description"),
    };
    return [line].concat(shapeLines(each, depth + 1, here));
  });
}

/** In a few words: `string`, `list of numbers`, `active | suspended`, `… or null`. */
export function kindOf(shape: JsonObject): string {
  const choices = alternatives(shape);
  if (choices.length > 0) return [...new Set(choices.map(kindOf))].join(" | ");
  const values = listAt(shape, "enum");
  if (values.length > 0) return values.map(String).join(" | ");
  if ("const" in shape) return JSON.stringify(shape["const"]);
  const type = shape["type"];
  const name = Array.isArray(type) ? type.map(String).join(" | ") : typeof type === "string" ? type : "any";
  if (name === "array") return `${kindOf(objectAt(shape, "items"))}[]`;
  const format = textAt(shape, "format");
  const range = [bound(shape, "minimum", "≥"), bound(shape, "maximum", "≤")].filter((text) => text !== "").join(", ");
  const fallback = "default" in shape ? `= ${JSON.stringify(shape["default"])}` : "";
  return [name, format === "" ? "" : `(${format})`, range, fallback].filter((text) => text !== "").join(" ");
}

/** A value of the shape, for an example: what must be there, and nothing more. */
export function exampleOf(shape: JsonObject, depth = 0): unknown {
  if ("default" in shape) return shape["default"];
  if ("const" in shape) return shape["const"];
  const [first] = listAt(shape, "enum");
  if (first !== undefined) return first;
  const [choice] = alternatives(shape);
  if (choice !== undefined && depth < maxDepth) return exampleOf(choice, depth + 1);
  switch (shape["type"]) {
    case "object": {
      const required = new Set(listAt(shape, "required"));
      const fields = Object.entries(objectAt(shape, "properties")).filter(([name]) => required.has(name));
      return Object.fromEntries(
        fields.map(([name, field]) => [name, depth < maxDepth ? exampleOf(objectAt(field), depth + 1) : null]),
      );
    }
    case "array":
      return [];
    case "integer":
    case "number":
      return typeof shape["minimum"] === "number" ? shape["minimum"] : 0;
    case "boolean":
      return false;
    case "string":
      return "…";
    default:
      return null;
  }
}

/** The object itself, the one that a list holds, or the one among the alternatives. */
function innerObject(shape: JsonObject): JsonObject {
  if (shape["type"] === "array") return innerObject(objectAt(shape, "items"));
  return alternatives(shape).find((each) => "properties" in each || each["type"] === "array") ?? shape;
}

function alternatives(shape: JsonObject): readonly JsonObject[] {
  return [...listAt(shape, "anyOf"), ...listAt(shape, "oneOf")].filter(isObject);
}

/** zod bounds every integer by what a double can hold, which tells nobody anything. */
function bound(shape: JsonObject, key: string, sign: string): string {
  const value = shape[key];
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? `${sign} ${value}` : "";
}
