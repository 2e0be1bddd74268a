// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from "node:http";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { describeError, type ErrorCode, PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { OperationStages } from "../operation.ts";
import { runOperation } from "../operations.ts";
import { allow, authenticate, refuseCrossSite } from "./authenticate.ts";
import type { ConsoleFiles } from "./console-files.ts";
import { apiPrefix } from "./openapi.ts";
import { problemOf, problemType } from "./problem.ts";
import { RequestRate } from "./request-rate.ts";
import type { Call, Caller, Route } from "./route.ts";
import { securityHeaders } from "./security-headers.ts";
import type { SignIns } from "./sign-ins.ts";

export interface ApiServerParts {
  readonly routes: readonly Route[];
  readonly stages: OperationStages;
  readonly signIns: SignIns;
  /** What stands beside the API, for browsers. */
  readonly files: ConsoleFiles;
  readonly monotonicMs: () => number;
}

/** The API as a handler of HTTP requests; who listens, and with which certificate, is not its business. */
export interface ApiServer {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** Makes the server from its routes. A route that is not in the table is not there. */
export async function createApiServer(parts: ApiServerParts): Promise<ApiServer> {
  const app = fastify({
    bodyLimit: limits.apiBodyBytes,
    // Ours says what happened, in one place and in one form.
    logger: false,
    routerOptions: { maxParamLength: limits.apiParameterCharacters, ignoreTrailingSlash: false },
    // A proxy in front would have to be trusted by name; there is none.
    trustProxy: false,
    exposeHeadRoutes: false,
  });
  // JSON and nothing else: a form of another site cannot send it without asking first.
  app.removeContentTypeParser("text/plain");
  guard(app, parts);
  for (const each of parts.routes) register(app, each, parts);
  app.setNotFoundHandler((request, reply) => {
    if (answerFile(parts.files, { request, reply })) return;
    const allowed = methodsAt(parts.routes, request.url);
    if (allowed.length === 0) throw new PosternError("api/not-found");
    throw new PosternError("api/wrong-method", `here are ${allowed.join(", ")}`);
  });
  app.setErrorHandler((error, request, reply) => answerError(error, { request, reply }, parts));
  await app.ready();
  return { handle: (request, response) => app.routing(request, response), close: () => app.close() };
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A file or a page of the console; tells whether there is one. */
function answerFile(files: ConsoleFiles, { request, reply }: Exchange): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  // Below it a wrong path is an error that programs can read.
  if (/^\/api(?:[/?#]|$)/.test(request.url)) return false;
  const answer = files.answer(request.url, headerOf(request)("accept-encoding") ?? "");
  if (answer === undefined) return false;
  void reply.code(answer.status).headers(answer.headers).send(answer.body);
  return true;
}

const callers = Symbol("caller");
type WithCaller = FastifyRequest & { [callers]?: Caller };

/** What every request meets, in this order: headers for the answer, rate; then who it is, before its body is read. */
function guard(app: FastifyInstance, { stages, signIns, monotonicMs }: ApiServerParts): void {
  const rate = new RequestRate(
    { requests: limits.apiRequestsPerWindow, windowMs: limits.apiWindowMs, addresses: limits.passwordFailureAddresses },
    { monotonicMs, nowMs: monotonicMs },
  );
  app.addHook("onRequest", async (request: WithCaller, reply) => {
    reply.headers(securityHeaders);
    const waitMs = rate.take(request.ip);
    if (waitMs !== undefined) {
      reply.header("retry-after", Math.ceil(waitMs / 1000));
      throw new PosternError("api/too-many");
    }
    const { access } = request.routeOptions.config;
    // No route of ours: nothing to protect, and 404 or 405 says nothing that the description does not.
    if (access === undefined) return;
    const head = { method: request.method, header: headerOf(request) };
    refuseCrossSite(head);
    // Nobody is asked who it is: an old cookie must not keep its owner from signing in anew.
    if (access === "public") return;
    const caller = authenticate(head, { ...stages, signIns });
    allow(access, caller);
    if (caller !== undefined) request[callers] = caller;
  });
}

function register(app: FastifyInstance, route: Route, { stages }: ApiServerParts): void {
  app.route({
    method: route.method,
    url: apiPrefix + route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    config: { access: route.access },
    handler: async (request: WithCaller, reply) => {
      const answer = await route.handle(callOf(request, stages));
      reply.headers(answer.headers ?? {});
      if ("stream" in answer) return reply.code(route.status).send(answer.stream);
      const status = answer.status ?? route.status;
      if (status === 204) return reply.code(status).send();
      return reply.code(status).type("application/json").send(JSON.stringify(answer.body));
    },
  });
}

function callOf(request: WithCaller, stages: OperationStages): Call<unknown, unknown, unknown> {
  const caller = request[callers];
  return {
    params: request.params,
    query: request.query,
    body: request.body,
    peer: request.ip,
    header: headerOf(request),
    caller: () => {
      if (caller === undefined) throw new PosternError("api/not-signed-in");
      return caller;
    },
    run: (name, input) => {
      const actor = caller?.actor ?? "nobody";
      return runOperation(name, input, { ...stages, actor, origin: request.ip, report: () => undefined });
    },
  };
}

/** What only whoever runs the gateway can mend. */
const faults: ReadonlySet<ErrorCode> = new Set(["internal/fault", "admin/factor-unreadable"]);

function answerError(error: unknown, { request, reply }: Exchange, { stages, routes }: ApiServerParts): void {
  const known = error instanceof PosternError ? error : frameworkError(error);
  const ours = !(known instanceof PosternError) || faults.has(known.code);
  if (ours) stages.log.event("admin/failed", { error: describeError(error) });
  const problem = problemOf(known);
  if (problem.status === 401) {
    stages.log.event("api/refused", { cause: problem.code, peer: request.ip });
    reply.header("www-authenticate", "Bearer");
  }
  // RFC 9110 §15.5.6.
  if (problem.status === 405) reply.header("allow", methodsAt(routes, request.url).join(", "));
  void reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
}

/** Which of our errors stands for one of the framework's: the sizes and forms of requests. */
function frameworkError(error: unknown): unknown {
  if (!(error instanceof Error) || !("statusCode" in error)) return error;
  const codes: Readonly<Record<string, ErrorCode>> = {
    400: "admin/bad-request",
    404: "api/not-found",
    413: "api/too-large",
    414: "api/too-large",
    415: "api/wrong-type",
  };
  const code = codes[String(error.statusCode)];
  return code === undefined ? error : new PosternError(code);
}

function methodsAt(routes: readonly Route[], url: string): readonly string[] {
  const path = url.split("?", 1)[0] ?? "";
  const here = routes.filter((each) => {
    const parts = each.path.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return new RegExp(`^${apiPrefix}${parts.join("[^/]+")}$`).test(path);
  });
  return here.map(({ method }) => method);
}

function headerOf(request: FastifyRequest): (name: string) => string | undefined {
  return (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
}

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Route["access"];
  }
}
