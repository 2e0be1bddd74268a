// SPDX-License-Identifier: Apache-2.0
import type { Role, Scope } from "../../src/admin/accounts/roles.ts";
import type { LoadOptions } from "../../src/config/load.ts";
import { ApiClient } from "./api-client.ts";
import { LocalGateway, type LocalGatewayParts } from "./local-gateway.ts";
import { removeDirectory, temporaryDirectory } from "./temporary.ts";

export const goodPassword = "grüne Eulen lesen nachts";

/** A gateway with its API on a port of loopback, in the test's own process. */
export class ApiWorld {
  readonly local: LocalGateway;
  readonly #directory: string;
  #root: ApiClient | undefined;

  private constructor(local: LocalGateway, directory: string) {
    this.local = local;
    this.#directory = directory;
  }

  static async start(
    settings: LoadOptions["overrides"] = {},
    parts: Omit<LocalGatewayParts, "overrides"> = {},
  ): Promise<ApiWorld> {
    const directory = await temporaryDirectory("api");
    const overrides = { "listen.console": ["127.0.0.1:0"], ...settings };
    return new ApiWorld(await LocalGateway.start(directory, { ...parts, overrides }), directory);
  }

  get directory(): string {
    return this.#directory;
  }

  client(headers: Readonly<Record<string, string>> = {}): ApiClient {
    return new ApiClient(this.local.gateway.port("console"), headers);
  }

  /** The first administrator, signed in: made at the first call. */
  async root(): Promise<ApiClient> {
    if (this.#root !== undefined) return this.#root;
    const root = this.client();
    const token = this.local.gateway.setUpToken;
    const answer = await root.call("POST", "set-up", { body: { token, name: "root", password: goodPassword } });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    root.remember(answer);
    this.#root = root;
    return root;
  }

  /** Somebody of a role, signed in. */
  async person(name: string, role: Role): Promise<ApiClient> {
    const root = await this.root();
    await root.call("POST", "administrators", { body: { name, role, password: goodPassword } });
    const client = this.client();
    const answer = await client.signIn(name, goodPassword);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return client;
  }

  /** A program with a token of the first administrator. */
  async program(...scopes: readonly Scope[]): Promise<ApiClient> {
    const root = await this.root();
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const answer = await root.call("POST", "account/tokens", { body: { name: "program", scopes, expiresAt } });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return this.client({ authorization: `Bearer ${answer.body.token}` });
  }

  async stop(): Promise<void> {
    await this.local.gateway.stop();
    await removeDirectory(this.#directory);
  }
}
