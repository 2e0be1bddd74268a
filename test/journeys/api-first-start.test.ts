// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ApiClient } from "../support/api-client.ts";
import { goodPassword } from "../support/api-world.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { waitFor } from "../support/wait-for.ts";

let gateway: GatewayProcess;

before(async () => {
  gateway = await GatewayProcess.start({ configuration: '[log]\nformat = "json"\n' });
});

after(() => gateway.remove());

/** The token of the link that `serve` prints for whoever starts it, or nothing. */
async function printedToken(): Promise<string | undefined> {
  return /^ {2}https:\/\/localhost:\d+\/#set-up=([\w-]{32})$/m.exec(await readFile(gateway.logFile, "utf8"))?.[1];
}

test("from the token that the program prints to the first mailbox, and mail in it; the next start prints none", async () => {
  await waitFor("the token", async () => (await printedToken()) !== undefined);
  const token = await printedToken();
  assert.ok(token);
  const client = new ApiClient(gateway.ports.console);
  const made = await client.call("POST", "set-up", { body: { token, name: "anna", password: goodPassword } });
  assert.equal(made.status, 200);
  client.remember(made);
  const mailbox = await client.call("POST", "mailboxes", { body: { name: "First" } });
  assert.equal(mailbox.status, 201);
  const { mailboxes } = (await client.call("GET", "mailboxes")).body;
  assert.deepEqual(
    mailboxes.map(({ id }: { id: string }) => id),
    [mailbox.body.id],
  );
  // Nothing secret went to the log.
  const log = await readFile(gateway.logFile, "utf8");
  for (const secret of [goodPassword, mailbox.body.password]) assert.ok(!log.includes(secret));
  assert.equal(log.split(token).length, 2);

  await gateway.stop();
  await gateway.startAgain();
  assert.equal((await readFile(gateway.logFile, "utf8")).match(/#set-up=[\w-]{32}$/gm)?.length, 1);
  // A restart ends sign-ins; the password opens a new one, on the command line's accounts as well.
  assert.equal((await client.call("GET", "mailboxes")).status, 401);
  assert.equal((await client.signIn("anna", goodPassword)).status, 200);
  await gateway.verify();
});

test("the description is valid OpenAPI 3.1, by the official schema", async () => {
  const document = (await new ApiClient(gateway.ports.console).call("GET", "openapi.json")).body;
  const checked = await new Validator().validate(structuredClone(document));
  assert.deepEqual(checked.errors ?? [], []);
  assert.equal(checked.valid, true);
  assert.equal(document.openapi, "3.1.1");
  const names: string[] = Object.values(document.paths).flatMap((path) =>
    Object.values(Object(path)).map((each) => String(Object(each).operationId)),
  );
  assert.equal(new Set(names).size, names.length);
  // What is read strictly is written strictly; answers may get more fields.
  const create = document.paths["/mailboxes"].post;
  assert.deepEqual(create.requestBody.content["application/json"].schema.required, ["name"]);
  assert.equal(create.responses["201"].content["application/json"].schema.additionalProperties, undefined);
  const limit = document.paths["/mailboxes"].get.parameters[0];
  assert.deepEqual(
    [limit.name, limit.required, limit.schema.type, limit.schema.maximum],
    ["limit", false, "integer", 200],
  );
});
