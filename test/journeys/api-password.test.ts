// SPDX-License-Identifier: Apache-2.0
/** A change of a mailbox password over the API, with the new one brought along. */
import assert from "node:assert/strict";
import { request } from "node:https";
import { after, before, test } from "node:test";
import { generatePassword } from "../../src/mailbox/password.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";
import type { LocalMailbox } from "../support/local-gateway.ts";
import { TapRelay } from "../support/tap-relay.ts";
import { waitFor } from "../support/wait-for.ts";

let world: ApiWorld;
let program: ApiClient;
let mailbox: LocalMailbox;

before(async () => {
  world = await ApiWorld.start();
  program = await world.program("mailboxes:read", "mailboxes:write");
  mailbox = (await program.call("POST", "mailboxes", { body: { name: "Journal" } })).body;
});

after(() => world.stop());

test("an answer that is lost takes no password along: the new one opens, and the same request succeeds again", async () => {
  const old = mailbox.password;
  const fresh = generatePassword().expose().toString();
  const body = { oldPassword: old, newPassword: fresh };
  await askAndHearNothing(body);
  await opens(fresh, true);
  await opens(old, false);
  const again = await program.call("POST", `mailboxes/${mailbox.id}/password`, { body });
  assert.deepEqual([again.status, again.body], [200, { id: mailbox.id, address: mailbox.address, password: fresh }]);
  await opens(fresh, true);
  assert.equal(await changes(), 1);
  const { entries } = (await (await world.root()).call("GET", "audit?action=mailbox.password-changed")).body;
  assert.equal(entries.length, 1);
  // The old one is no key to a change any more, and a repetition is none either.
  const other = await program.call("POST", `mailboxes/${mailbox.id}/password`, {
    body: { oldPassword: old, newPassword: generatePassword().expose().toString() },
  });
  assert.deepEqual([other.status, other.body.code], [422, "seal/wrong-passphrase"]);
  await opens(fresh, true);
  mailbox = { ...mailbox, password: fresh };
});

test("a chosen password keeps the rules, and one that only looks generated does not get around them", async () => {
  const before = await changes();
  for (const newPassword of ["", "short", "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa", mailbox.id]) {
    const body = { oldPassword: mailbox.password, newPassword };
    const { status, body: problem } = await program.call("POST", `mailboxes/${mailbox.id}/password`, { body });
    assert.deepEqual([status, problem.code], [422, "admin/weak-password"], newPassword);
  }
  assert.equal(await changes(), before);
  await opens(mailbox.password, true);
  const body = { oldPassword: mailbox.password, newPassword: "grüne Eulen lesen nachts" };
  assert.equal((await program.call("POST", `mailboxes/${mailbox.id}/password`, { body })).status, 200);
  await opens("grüne Eulen lesen nachts", true);
});

/** Asks for the change over a line that falls silent with the request, and breaks when the change is durable. */
async function askAndHearNothing(body: object): Promise<void> {
  let isSilent = false;
  const relay = await TapRelay.start(world.local.gateway.port("console"), (words) => (isSilent ? "" : words));
  try {
    const content = JSON.stringify(body);
    const sent = request({
      host: "127.0.0.1",
      port: relay.port,
      path: `/api/v1/mailboxes/${mailbox.id}/password`,
      method: "POST",
      rejectUnauthorized: false,
      agent: false,
      headers: { ...program.headers, "content-type": "application/json", "content-length": content.length },
    });
    sent.on("error", () => undefined);
    sent.on("response", () => assert.fail("there was an answer"));
    sent.once("socket", (socket) => {
      socket.once("secureConnect", () => {
        isSilent = true;
        sent.end(content);
      });
    });
    await waitFor("the change to be durable", async () => (await changes()) === 1);
    sent.destroy();
  } finally {
    await relay.stop();
  }
}

/** As the ledger of the mailbox has them. */
async function changes(): Promise<number> {
  const { body } = await program.call("GET", `mailboxes/${mailbox.id}/ledger?event=password-changed`);
  return body.entries.length;
}

async function opens(password: string, wanted: boolean): Promise<void> {
  const signingIn = world.local.pop3({ ...mailbox, password });
  if (wanted) (await signingIn).peer.destroy();
  else await assert.rejects(signingIn, /\[AUTH\]/);
}
