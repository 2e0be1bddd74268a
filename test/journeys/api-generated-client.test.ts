// SPDX-License-Identifier: Apache-2.0
/** A client that a generator of others made from the description works against the gateway that serves it. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiWorld } from "../support/api-world.ts";
import { runProgram } from "../support/run-program.ts";

const repository = join(import.meta.dirname, "../..");

/** What somebody writes who has the generated client; it is held against the client's types and then run. */
const program = `
import { createMailbox, defaults, deleteMailbox, editMailbox, getMailbox, listMailboxes, setMailboxState } from "./client.ts";

declare const process: { env: Record<string, string | undefined>; stdout: { write(text: string): void } };

defaults.baseUrl = process.env["BASE"] ?? "";
defaults.headers = { authorization: \`Bearer \${process.env["TOKEN"]}\` };

const once = { idempotencyKey: "order-1" };
const made = await createMailbox({ name: "Generated", allowedPeers: ["192.0.2.0/24"] }, once);
if ("code" in made.data) throw new Error(made.data.code);
const { id, password } = made.data;
const again = await createMailbox({ name: "Generated", allowedPeers: ["192.0.2.0/24"] }, once);
await editMailbox(id, "*", { description: "by a program" });
const shown = await getMailbox(id);
const before = await listMailboxes({ search: "Generated", limit: 1 });
const early = await deleteMailbox(id);
await setMailboxState(id, { state: "suspended" });
const gone = await deleteMailbox(id);
const rest = await listMailboxes();
if (again.status !== 200 || "code" in again.data || again.data.password !== null) throw new Error("made twice");
if ("code" in shown.data || "code" in before.data || "code" in rest.data) throw new Error("not shown");
process.stdout.write(
  JSON.stringify({
    id,
    hasPassword: typeof password === "string",
    again: again.status,
    peers: shown.data.allowedPeers,
    description: shown.data.description,
    listed: before.data.mailboxes.map((each) => each.id),
    early: "code" in early.data ? early.data.code : "deleted",
    gone: gone.status,
    left: rest.data.mailboxes.length,
  }),
);
`;

let world: ApiWorld;

before(async () => {
  world = await ApiWorld.start();
});

after(() => world.stop());

test("oazapfts makes a client that creates, changes, lists and deletes mailboxes; its types hold", async () => {
  const description = join(world.directory, "openapi.json");
  const client = join(world.directory, "client.ts");
  await writeFile(description, JSON.stringify((await world.client().call("GET", "openapi.json")).body));
  await runProgram(process.execPath, [binary("oazapfts"), description, client]);
  // The client stands outside the repository, so it must be told where its runtime is.
  const runtime = fileURLToPath(import.meta.resolve("@oazapfts/runtime"));
  const made = await readFile(client, "utf8");
  assert.match(made, /from "@oazapfts\/runtime"/);
  await writeFile(
    client,
    made.replaceAll(/"@oazapfts\/runtime(?:\/\w+)?"/g, (name) => JSON.stringify(placeOf(name, runtime))),
  );
  const main = join(world.directory, "main.ts");
  await writeFile(main, program);
  await writeFile(join(world.directory, "package.json"), '{"type":"module"}');

  const strict = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext", "--allowImportingTsExtensions"];
  const compiler = binary("tsc");
  const compiled = await runProgram(
    process.execPath,
    [compiler, ...strict, "--skipLibCheck", "--lib", "es2024,dom", "--types", "", main],
    {
      cwd: world.directory,
      accept: [0, 1, 2],
    },
  );
  assert.equal(compiled.stdout.toString(), "");
  assert.equal(compiled.code, 0);

  const caller = await world.program("mailboxes:read", "mailboxes:write");
  const env = {
    BASE: `https://localhost:${world.local.gateway.port("console")}/api/v1`,
    TOKEN: caller.headers["authorization"]?.split(" ")[1] ?? "",
    NODE_EXTRA_CA_CERTS: join(world.directory, "data", "tls", "certificate.pem"),
  };
  const { id, listed, ...rest } = JSON.parse((await runProgram(process.execPath, [main], { env })).stdout.toString());
  assert.deepEqual(listed, [id]);
  assert.deepEqual(rest, {
    hasPassword: true,
    again: 200,
    peers: ["192.0.2.0/24"],
    description: "by a program",
    early: "mailbox/not-suspended",
    gone: 200,
    left: 0,
  });
});

/** The program that a package brings. */
function binary(command: string): string {
  return join(repository, "node_modules/.bin", command);
}

function placeOf(name: string, runtime: string): string {
  return name.includes("/query") ? join(dirname(runtime), "query.js") : runtime;
}
