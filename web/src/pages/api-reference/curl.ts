// SPDX-License-Identifier: Apache-2.0
import type { Operation } from "./operations.ts";
import { exampleOf } from "./shape.ts";

/** The call as it is typed into a shell, with a token in the variable TOKEN. */
export function curlOf({ method, path, access, parameters, body }: Operation, origin: string): string {
  const asked = parameters.filter(({ where, required }) => where === "query" && required);
  const query = asked.map(({ name, shape }) => `${name}=${encodeURIComponent(String(exampleOf(shape)))}`).join("&");
  const url = `${origin}/api/v1${path}${query === "" ? "" : `?${query}`}`;
  const lines = [
    `curl --cacert certificate.pem ${quote(url)}`,
    ...(method === "GET" || (method === "POST" && body !== undefined) ? [] : [`--request ${method}`]),
    ...(access === "public" ? [] : [`--header "Authorization: Bearer $TOKEN"`]),
    ...parameters
      .filter(({ where, required }) => where === "header" && required)
      .map(({ name }) => `--header ${quote(`${name}: …`)}`),
    ...(body === undefined ? [] : [`--json ${quote(JSON.stringify(exampleOf(body)))}`]),
  ];
  return lines.join(" \\\n  ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
