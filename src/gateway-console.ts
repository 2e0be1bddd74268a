// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { FactorVault } from "./admin/accounts/factor-vault.ts";
import { ConsoleFiles } from "./admin/api/console-files.ts";
import { passkeySite } from "./admin/api/passkeys.ts";
import { PasswordSignIn } from "./admin/api/password-sign-in.ts";
import { apiRoutes } from "./admin/api/routes.ts";
import { SecondFactorEnrolment } from "./admin/api/second-factor-enrolment.ts";
import { type FactorStages, SecondFactorSignIn } from "./admin/api/second-factor-sign-in.ts";
import { type ApiServer, createApiServer } from "./admin/api/server.ts";
import type { SetUp } from "./admin/api/set-up.ts";
import { SignIns } from "./admin/api/sign-ins.ts";
import type { OperationStages } from "./admin/operation.ts";
import type { Clock } from "./base/clock.ts";
import { HttpsListener, type HttpsListenerShare } from "./listen/https-listener.ts";
import type { ListenAddress } from "./listen/listener.ts";
import type { EventFeed } from "./observe/event-feed.ts";
import { loadSecretKey } from "./store/secret-key-file.ts";

export interface ConsoleParts {
  readonly addresses: readonly ListenAddress[];
  readonly stages: OperationStages;
  readonly setUp: SetUp;
  readonly feed: EventFeed;
  /** Of this program, for the description of the API. */
  readonly version: string;
  readonly clock: Clock;
  readonly share: HttpsListenerShare;
}

/** Where the build puts it, seen from `src/` as well as from `dist/`. */
const builtConsole = join(import.meta.dirname, "../dist/web");

/** The HTTPS API, and the console for browsers, on their listeners. */
export class Console {
  readonly #server: ApiServer;
  readonly #feed: EventFeed;
  #listeners: readonly HttpsListener[] = [];

  private constructor(server: ApiServer, feed: EventFeed) {
    this.#server = server;
    this.#feed = feed;
  }

  /** Throws `listen/address-in-use`; nothing is left open then. */
  static async open({ addresses, stages, setUp, feed, version, clock, share }: ConsoleParts): Promise<Console> {
    const signIns = new SignIns(stages.accounts, clock);
    const { passwordFailuresPerAddress: failuresPerAddress, passwordFailureWindowMs: failureWindowMs } =
      stages.configuration.limits;
    const passwords = new PasswordSignIn({ accounts: stages.accounts, clock, failuresPerAddress, failureWindowMs });
    const factors = await factorStages(stages, clock);
    const routes = apiRoutes({
      ...stages,
      signIns,
      passwords,
      secondFactors: new SecondFactorSignIn(factors),
      enrolment: new SecondFactorEnrolment(factors),
      siteOf: (host) => passkeySite(host, (name) => isOwnName(name, stages, share)),
      setUp,
      feed,
      version,
    });
    const files = await ConsoleFiles.read(builtConsole);
    const server = await createApiServer({ routes, stages, signIns, files, monotonicMs: () => clock.monotonicMs() });
    const opened = new Console(server, feed);
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
    const closing = this.#listeners.map((listener) => listener.close(drainMs));
    // They would stay until they are cut off.
    this.#feed.end();
    await Promise.all(closing);
    await this.#server.close();
  }
}

async function factorStages(
  { accounts, factors, configuration }: OperationStages,
  clock: Clock,
): Promise<FactorStages> {
  const key = await loadSecretKey(join(configuration.gateway.dataDirectory, "secrets", "factors.key"));
  return { accounts, factors, vault: new FactorVault(key), clock };
}

/** A name that the configuration or the certificate knows. Any other may be somebody else's, led to this address. */
function isOwnName(name: string, { configuration }: OperationStages, share: HttpsListenerShare): boolean {
  const { hostName, domains } = configuration.gateway;
  if (name === "localhost" || [hostName, ...domains].some((own) => own.toLowerCase() === name)) return true;
  return new X509Certificate(share.context().cert).checkHost(name) !== undefined;
}
