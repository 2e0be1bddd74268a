// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { PosternError } from "../../base/errors.ts";
import type { Account } from "../accounts/account.ts";
import type { AccountRegistry } from "../accounts/account-registry.ts";
import type { Asker } from "../audit-trail.ts";

const tokenBytes = 24;

/**
 * The first start. There is no default password: whoever started the gateway reads a token on its standard output, and it
 * makes the first administrator, once. It is another one at each start, and is worth nothing as soon as there is somebody.
 */
export class SetUp {
  readonly #accounts: Pick<AccountRegistry, "list" | "create">;
  readonly #token = randomBytes(tokenBytes).toString("base64url");

  constructor(accounts: Pick<AccountRegistry, "list" | "create">) {
    this.#accounts = accounts;
  }

  /** For the person who started the gateway; `undefined` when there is an administrator. */
  get token(): string | undefined {
    return this.#accounts.list().length === 0 ? this.#token : undefined;
  }

  /**
   * Makes the first administrator. Throws `api/denied` for a wrong token, `api/set-up-done` when somebody was there first,
   * and what making an account throws.
   */
  async complete(
    asker: Asker,
    { token, ...wanted }: { readonly token: string; readonly name: string; readonly password: string },
  ): Promise<Account> {
    const unless = (): void => {
      if (this.token === undefined) throw new PosternError("api/set-up-done");
    };
    unless();
    if (!timingSafeEqual(digest(token), digest(this.#token))) throw new PosternError("api/denied");
    return this.#accounts.create(asker, { ...wanted, role: "administrator" }, unless);
  }
}

function digest(token: string): Buffer {
  return hash("sha256", token, "buffer");
}
