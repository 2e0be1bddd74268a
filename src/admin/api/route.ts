// SPDX-License-Identifier: Apache-2.0
import type { Readable } from "node:stream";
import { z } from "zod";
import type { Account } from "../accounts/account.ts";
import type { Scope } from "../accounts/roles.ts";
import { badInput } from "../field-problems.ts";
import type { OperationInput, OperationName, OperationOutput } from "../operations.ts";
import type { SignIn } from "./sign-ins.ts";

/**
 * Who may call a route: `public`, anybody; `caller`, whoever has signed in or has a token; `person`, whoever has signed in
 * with a password; else whoever has the scope, a person by the role, a token when it was given to it.
 */
export type Access = "public" | "caller" | "person" | Scope;

/** Who calls. */
export interface Caller {
  readonly account: Account;
  readonly scopes: readonly Scope[];
  readonly actor: string;
  /** `undefined`: called with a token. */
  readonly signIn: SignIn | undefined;
  /** Signed in with a password alone where that is not enough: may do nothing but add a second factor. */
  readonly mustAddFactor: boolean;
  /** Whether it may go on calling; for streams that outlive the request. */
  readonly stillValid: () => boolean;
}

/** A request after its caller is known and its parts have their shapes. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The address it comes from. */
  readonly peer: string;
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Throws `api/not-signed-in` on a public route: nobody is asked there who it is. */
  readonly caller: () => Caller;
  readonly run: RunOperation;
}

/** Runs an operation in the caller's name. */
export type RunOperation = <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>;

export type Headers = Readonly<Record<string, string>>;
export type Answer<R> =
  | { readonly body: R; readonly headers?: Headers; readonly status?: number }
  | { readonly stream: Readable; readonly headers: Headers };

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a route is, for the server and for its description. */
export interface RouteFacts {
  readonly method: Method;
  /** Below `/api/v1`; parameters in braces. */
  readonly path: string;
  readonly access: Access;
  /** One name for one route, for programs that are generated from the description. */
  readonly name: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Headers that mean something, with what they mean. */
  readonly requestHeaders?: Headers;
  readonly status: number;
  /** Another status that the same answer may have, and when. */
  readonly otherStatus?: { readonly status: number; readonly when: string };
  /** `undefined`: the answer is a stream of this media type. */
  readonly answer: z.ZodType | { readonly mediaType: string };
}

export interface Route extends RouteFacts {
  handle(call: Call<unknown, unknown, unknown>): Promise<Answer<unknown>>;
}

type Definition<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject, R extends z.ZodType> = Omit<
  RouteFacts,
  "params" | "query" | "body" | "status" | "answer"
> & {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Default 200. */
  readonly status?: number;
  readonly answer: R | { readonly mediaType: string };
  run(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer<z.output<R>>>;
};

const nothing = z.strictObject({});
type Nothing = typeof nothing;

/**
 * A route from its shapes: what comes in is checked before `run` sees it, what goes out before the caller does, so that
 * nothing leaves which the description does not name.
 */
export function route<
  R extends z.ZodType,
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodObject = Nothing,
>(definition: Definition<P, Q, B, R>): Route {
  const { params, query, body, answer } = definition;
  const shape = answer instanceof z.ZodType ? answer : undefined;
  return {
    ...definition,
    status: definition.status ?? 200,
    async handle(call) {
      const checked = {
        ...call,
        params: check(params ?? nothing, call.params, "path"),
        query: check(query ?? nothing, call.query, "query"),
        body: check(body ?? nothing, call.body ?? {}, "body"),
      };
      // The boundary: each part came out of the very shape that its type is inferred from; absent ones are `Nothing`.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `params ?? nothing` forgets that P is Nothing then
      const given = await definition.run(checked as Call<z.output<P>, z.output<Q>, z.output<B>>);
      if ("stream" in given || shape === undefined) return given;
      return { ...given, body: shape.parse(given.body) };
    },
  };
}

function check(shape: z.ZodType, value: unknown, where: string): unknown {
  const checked = shape.safeParse(value);
  if (checked.success) return checked.data;
  throw badInput(checked.error, where);
}
