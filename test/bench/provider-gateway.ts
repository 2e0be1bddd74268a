// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ApiClient } from "../support/api-client.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { startBenchGateway } from "./bench-gateway.ts";
import type { BenchRun } from "./bench-run.ts";
import { deposit, rowOf, rowsLike, withStore } from "./fill.ts";

const administrator = { name: "root", password: "a password for the benchmark 4711" };

/** What a gateway of a service provider holds. */
export interface ProviderGateway {
  readonly gateway: GatewayProcess;
  /** The one that can take mail; the others are only there to be counted and listed. */
  readonly mailbox: CreatedMailbox;
}

/** Runs `work` with a gateway that has this many mailboxes more, over which messages are spread, and an administrator. */
export async function withProviderGateway(
  run: Pick<BenchRun, "settings">,
  { mailboxes, messages }: { readonly mailboxes: number; readonly messages: number },
  work: (provider: ProviderGateway) => Promise<void>,
): Promise<void> {
  const gateway = await startBenchGateway(run);
  try {
    const mailbox = await gateway.createMailbox("bench", "--no-require-tls");
    await gateway.stop();
    await withStore(gateway.dataDirectory, async (store) => {
      const template = rowOf(store, mailbox);
      const rows = rowsLike(template, mailboxes);
      await Promise.all(rows.map((row) => store.mailboxes.insert(row)));
      await deposit(store, [template, ...rows], messages);
    });
    await gateway.startAgain();
    const file = join(gateway.directory, "administrator.password");
    await writeFile(file, `${administrator.password}\n`, { mode: 0o600 });
    await gateway.command("admin", "create", administrator.name, "--password-file", file);
    await work({ gateway, mailbox });
  } finally {
    await gateway.remove();
  }
}

/** A client of the console's API that is signed in. */
export async function signInAdministrator({ ports }: GatewayProcess): Promise<ApiClient> {
  const client = new ApiClient(ports.console);
  const answer = await client.signIn(administrator.name, administrator.password);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return client;
}
