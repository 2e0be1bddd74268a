// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { factorKinds } from "./factor-registry.ts";
import { roleNames, scopeNames } from "./roles.ts";

/** The JSON shapes of administrators and tokens. Times are ISO 8601 in UTC. */

export const role = z.enum(roleNames);
export const scope = z.enum(scopeNames);

export const nothing = z.strictObject({});
export const newAdministrator = z.strictObject({ name: z.string(), role, password: z.string() });
export const oneAdministrator = z.strictObject({ name: z.string() });
export const administratorPassword = z.strictObject({ name: z.string(), password: z.string() });
export const administratorRole = z.strictObject({ name: z.string(), role });

export const administrator = z.object({
  name: z.string(),
  role,
  createdAt: z.string(),
  passwordChangedAt: z.string(),
  /** Which kinds of second factors they have; none: the password is enough. */
  secondFactors: z.array(z.enum(factorKinds)).readonly(),
});
export const administratorList = z.object({ administrators: z.array(administrator).readonly() });
export const administratorRemoval = z.object({ name: z.string() });

export const factorsReset = z.object({ name: z.string(), reset: z.array(z.enum(factorKinds)).readonly() });

export const newToken = z.strictObject({
  /** Whom it acts for. */
  account: z.string(),
  name: z.string(),
  scopes: z.array(scope).readonly(),
  expiresAt: z.iso.datetime({ offset: true }),
});
/** `account`: those of one administrator; without it everybody's. */
export const tokenQuery = z.strictObject({ account: z.string().optional() });
export const oneToken = z.strictObject({ id: z.string(), account: z.string().optional() });

export const token = z.object({
  id: z.string(),
  account: z.string(),
  name: z.string(),
  scopes: z.array(scope).readonly(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
/** The token's text stands in this one answer and nowhere else. */
export const tokenWithText = token.extend({ token: z.string() });
export const tokenList = z.object({ tokens: z.array(token).readonly() });
export const tokenRemoval = z.object({ id: z.string() });
