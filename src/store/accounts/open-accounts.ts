// SPDX-License-Identifier: Apache-2.0
import { Worker } from "node:worker_threads";
import { describeError, PosternError } from "../../base/errors.ts";
import { threadFile } from "../thread-file.ts";
import type {
  AccountChange,
  AccountRow,
  AccountStore,
  AuditEntry,
  AuditPage,
  AuditQuery,
  FactorRow,
  TokenRow,
} from "./contract.ts";
import type {
  AccountsAnswer,
  AccountsAnswers,
  AccountsQuestion,
  FromAccountsThread,
  ToAccountsThread,
} from "./thread-messages.ts";

/**
 * Opens the accounts of a data directory, whose lock the caller holds. Throws `store/bad-version`, `store/too-open`,
 * `store/failing`.
 */
export async function openAccounts(root: string): Promise<AccountStore> {
  const thread = new AccountsThread(root);
  try {
    const loaded = await thread.ask("load", (token) => ({ kind: "load", token }));
    return new SqliteAccountStore(thread, loaded);
  } catch (error) {
    await thread.stop();
    throw error;
  }
}

class SqliteAccountStore implements AccountStore {
  readonly #thread: AccountsThread;
  readonly #accounts: Map<string, AccountRow>;
  readonly #tokens: Map<string, TokenRow>;
  readonly #tokensByHash: Map<string, TokenRow>;
  readonly #factors: Map<string, FactorRow>;

  constructor(thread: AccountsThread, { accounts, tokens, factors }: AccountsAnswers["load"]) {
    this.#thread = thread;
    this.#accounts = new Map(accounts.map((row) => [row.name, row]));
    this.#tokens = new Map(tokens.map((row) => [row.id, row]));
    this.#tokensByHash = new Map(tokens.map((row) => [row.hash, row]));
    this.#factors = new Map(factors.map((row) => [row.id, row]));
  }

  accounts(): readonly AccountRow[] {
    return [...this.#accounts.values()];
  }

  tokens(): readonly TokenRow[] {
    return [...this.#tokens.values()];
  }

  factors(): readonly FactorRow[] {
    return [...this.#factors.values()];
  }

  account(name: string): AccountRow | undefined {
    return this.#accounts.get(name);
  }

  tokenOfHash(hash: string): TokenRow | undefined {
    return this.#tokensByHash.get(hash);
  }

  async apply(changes: readonly AccountChange[], entry: AuditEntry): Promise<void> {
    await this.#thread.ask("apply", (token) => ({ kind: "apply", token, changes, entry }));
    for (const change of changes) this.#take(change);
  }

  readAudit(query: AuditQuery): Promise<AuditPage> {
    return this.#thread.ask("audit", (token) => ({ kind: "audit", token, query }));
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  #take(change: AccountChange): void {
    switch (change.kind) {
      case "put-account":
        this.#accounts.set(change.row.name, change.row);
        return;
      case "remove-account":
        this.#accounts.delete(change.name);
        for (const { id, account } of this.tokens()) if (account === change.name) this.#forgetToken(id);
        for (const { id, account } of this.factors()) if (account === change.name) this.#factors.delete(id);
        return;
      case "put-token":
        this.#tokens.set(change.row.id, change.row);
        this.#tokensByHash.set(change.row.hash, change.row);
        return;
      case "remove-token":
        this.#forgetToken(change.id);
        return;
      case "put-factor":
        this.#factors.set(change.row.id, change.row);
        return;
      case "remove-factor":
        this.#factors.delete(change.id);
        return;
      default:
        change satisfies never;
    }
  }

  #forgetToken(id: string): void {
    const row = this.#tokens.get(id);
    this.#tokens.delete(id);
    if (row !== undefined) this.#tokensByHash.delete(row.hash);
  }
}

type Kind = keyof AccountsAnswers;

interface Waiting<K extends Kind> {
  readonly resolve: (value: AccountsAnswers[K]) => void;
  readonly reject: (error: unknown) => void;
}

/** The network thread's side of the accounts' thread: each question is a promise. */
class AccountsThread {
  readonly #worker: Worker;
  readonly #waiting: { readonly [K in Kind]: Map<number, Waiting<K>> } = {
    load: new Map(),
    apply: new Map(),
    audit: new Map(),
  };
  readonly #ended: Promise<void>;
  #token = 0;
  #over = false;

  constructor(root: string) {
    this.#worker = new Worker(threadFile("accounts-thread", import.meta.url), { workerData: root });
    this.#worker.on("message", (answer: FromAccountsThread) => {
      if (answer.kind === "failed")
        this.#fail(answer.token, new PosternError(answer.code ?? "store/failing", answer.detail));
      else this.#take(answer);
    });
    let fault = "the thread of the accounts has ended";
    this.#worker.on("error", (error) => {
      fault = describeError(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.#over = true;
        for (const waiting of Object.values(this.#waiting)) {
          for (const { reject } of waiting.values()) reject(new PosternError("store/failing", fault));
          waiting.clear();
        }
        resolve();
      });
    });
  }

  async ask<K extends Kind>(kind: K, question: (token: number) => AccountsQuestion): Promise<AccountsAnswers[K]> {
    if (this.#over) throw new PosternError("store/failing", "the thread of the accounts has ended");
    this.#token += 1;
    const token = this.#token;
    return new Promise((resolve, reject) => {
      this.#waiting[kind].set(token, { resolve, reject });
      this.#worker.postMessage(question(token), []);
    });
  }

  async stop(): Promise<void> {
    if (!this.#over) this.#worker.postMessage({ kind: "stop" } satisfies ToAccountsThread, []);
    await this.#ended;
  }

  #take<K extends Kind>({ kind, token, value }: AccountsAnswer<K>): void {
    this.#waiting[kind].get(token)?.resolve(value);
    this.#waiting[kind].delete(token);
  }

  #fail(token: number, error: PosternError): void {
    for (const waiting of Object.values(this.#waiting)) {
      waiting.get(token)?.reject(error);
      waiting.delete(token);
    }
  }
}
