// SPDX-License-Identifier: Apache-2.0
import { PasswordSignIn } from "./admin/api/password-sign-in.ts";
import { signInRoutes } from "./admin/api/routes/sign-in-routes.ts";
import { statusRoutes } from "./admin/api/routes/status-routes.ts";
import { type ApiServer, createApiServer } from "./admin/api/server.ts";
import type { SetUp } from "./admin/api/set-up.ts";
import { SignIns } from "./admin/api/sign-ins.ts";
import type { OperationStages } from "./admin/operation.ts";
import type { Clock } from "./base/clock.ts";
import { HttpsListener, type HttpsListenerShare } from "./listen/https-listener.ts";
import type { ListenAddress } from "./listen/listener.ts";

export interface ConsoleParts {
  readonly addresses: readonly ListenAddress[];
  readonly stages: OperationStages;
  readonly setUp: SetUp;
  readonly clock: Clock;
  readonly share: HttpsListenerShare;
}

/** The HTTPS API on its listeners. */
export class Console {
  readonly #server: ApiServer;
  #listeners: readonly HttpsListener[] = [];

  private constructor(server: ApiServer) {
    this.#server = server;
  }

  /** Throws `listen/address-in-use`; nothing is left open then. */
  static async open({ addresses, stages, setUp, clock, share }: ConsoleParts): Promise<Console> {
    const signIns = new SignIns(stages.accounts, clock);
    const { passwordFailuresPerAddress: failuresPerAddress, passwordFailureWindowMs: failureWindowMs } =
      stages.configuration.limits;
    const passwords = new PasswordSignIn({ accounts: stages.accounts, clock, failuresPerAddress, failureWindowMs });
    const routes = [...signInRoutes({ ...stages, signIns, passwords, setUp }), ...statusRoutes()];
    const server = await createApiServer({ routes, stages, signIns, monotonicMs: () => clock.monotonicMs() });
    const opened = new Console(server);
    try {
      for (const address of addresses) {
        const listener = await HttpsListener.open({ name: "console", address, handle: server.handle }, share);
        opened.#listeners = [...opened.#listeners, listener];
      }
      return opened;
    } catch (error) {
      await opened.close(0);
      throw error;
    }
  }

  get listeners(): readonly HttpsListener[] {
    return this.#listeners;
  }

  /** Shows new connections the certificate of this moment. */
  renew(): void {
    for (const listener of this.#listeners) listener.renew();
  }

  async close(drainMs: number): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close(drainMs)));
    await this.#server.close();
  }
}
