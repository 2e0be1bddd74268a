// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from "node:worker_threads";
import { describeError, PosternError } from "../../base/errors.ts";
import { dataDirectory } from "../data-directory.ts";
import { AccountsDatabase } from "./accounts-database.ts";
import type { AccountsAnswer, AccountsQuestion, FromAccountsThread, ToAccountsThread } from "./thread-messages.ts";

/** The thread of the accounts: their syncs hold up neither the network thread nor the mail in the store thread. */
function answer(database: AccountsDatabase, question: AccountsQuestion): AccountsAnswer {
  const { kind, token } = question;
  switch (kind) {
    case "load": {
      const value = { accounts: database.accounts(), tokens: database.tokens(), factors: database.factors() };
      return { kind, token, value };
    }
    case "apply":
      database.apply(question.changes, question.entry);
      return { kind, token, value: null };
    case "audit":
      return { kind, token, value: database.readAudit(question.query) };
    default:
      return kind satisfies never;
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const root: string = workerData;
  let database: AccountsDatabase | undefined;
  port.on("message", (request: ToAccountsThread) => {
    if (request.kind === "stop") {
      database?.close();
      port.close();
      return;
    }
    const { token } = request;
    try {
      database ??= AccountsDatabase.openForWriting(dataDirectory(root));
      port.postMessage(answer(database, request), []);
    } catch (error) {
      const code = error instanceof PosternError ? error.code : undefined;
      const detail = error instanceof PosternError ? error.message : describeError(error);
      port.postMessage({ kind: "failed", token, code, detail } satisfies FromAccountsThread, []);
    }
  });
}
