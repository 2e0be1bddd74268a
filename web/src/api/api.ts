// SPDX-License-Identifier: Apache-2.0
import createClient, { type Client } from "openapi-fetch";
import { ApiProblem } from "./problem.ts";
import type { Problem, paths } from "./schema.ts";

export type Api = Client<paths>;

export interface ApiParts {
  /** Of the sign-in; undefined before there is one. */
  readonly csrfToken: () => string | undefined;
  /** The gateway says that the sign-in is over. */
  readonly signInEnded: () => void;
  /** The gateway has begun to want a second factor. */
  readonly factorNeeded: () => void;
}

/** The typed client of the gateway's API. The token against cross-site calls and the end of a sign-in are handled here. */
export function createApi({ csrfToken, signInEnded, factorNeeded }: ApiParts): Api {
  const api = createClient<paths>({ baseUrl: "/api/v1" });
  api.use({
    onRequest({ request }) {
      const token = csrfToken();
      if (request.method !== "GET" && token !== undefined) request.headers.set("postern-csrf", token);
    },
    async onResponse({ response }) {
      if (response.status !== 401 && response.status !== 403) return;
      const body: unknown = await response.clone().json();
      if (!isProblem(body)) return;
      if (body.code === "api/not-signed-in") signInEnded();
      if (body.code === "api/second-factor-needed") factorNeeded();
    },
    onError: () => new ApiProblem("console/unreachable", 0),
  });
  return api;
}

interface Called<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The answer of a call. Throws `ApiProblem`, so that queries and forms have one way to hear of it. */
export async function answerOf<T>(call: Promise<Called<T>>): Promise<T> {
  return (await answerWithTag(call)).answer;
}

/** The answer with its ETag, for the `If-Match` of a change. */
export async function answerWithTag<T>(
  call: Promise<Called<T>>,
): Promise<{ readonly answer: T; readonly tag: string }> {
  const { data, error, response } = await call;
  if (response.ok && data !== undefined) return { answer: data, tag: response.headers.get("etag") ?? "*" };
  if (isProblem(error)) throw new ApiProblem(error.code, error.status, error.detail, error.fields);
  throw new ApiProblem("console/unexpected", response.status);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "status" in value;
}
