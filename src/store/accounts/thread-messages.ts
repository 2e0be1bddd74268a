// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from "../../base/errors.ts";
import type { AccountChange, AccountRow, AuditEntry, AuditPage, AuditQuery, FactorRow, TokenRow } from "./contract.ts";

/** What the thread of the accounts answers to each kind of question. */
export interface AccountsAnswers {
  readonly load: {
    readonly accounts: readonly AccountRow[];
    readonly tokens: readonly TokenRow[];
    readonly factors: readonly FactorRow[];
  };
  readonly apply: null;
  readonly audit: AuditPage;
}

export type AccountsQuestion = { readonly token: number } & (
  | { readonly kind: "load" }
  | { readonly kind: "apply"; readonly changes: readonly AccountChange[]; readonly entry: AuditEntry }
  | { readonly kind: "audit"; readonly query: AuditQuery }
);

export type ToAccountsThread = AccountsQuestion | { readonly kind: "stop" };

export type AccountsAnswer<K extends keyof AccountsAnswers = keyof AccountsAnswers> = {
  readonly [E in K]: { readonly kind: E; readonly token: number; readonly value: AccountsAnswers[E] };
}[K];

export type FromAccountsThread =
  | AccountsAnswer
  | {
      readonly kind: "failed";
      readonly token: number;
      readonly code: ErrorCode | undefined;
      readonly detail: string;
    };
