// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { after, before, test } from "node:test";
import { ApiWorld } from "../support/api-world.ts";

let world: ApiWorld;

before(async () => {
  world = await ApiWorld.start();
});

after(() => world.stop());

interface Seen {
  readonly id: number;
  readonly code: string;
  readonly fields: Record<string, unknown>;
}

/** Reads events until one has this code. */
async function until(stream: IncomingMessage, code: string): Promise<Seen> {
  let text = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    for (const [, data = ""] of text.matchAll(/^data: (.*)\n\n/gm)) {
      const event: Seen = JSON.parse(data);
      if (event.code === code) return event;
    }
  }
  throw new Error(`the stream ended without ${code}`);
}

test("what happens is told as it happens, and what was missed to whoever comes back", async () => {
  const root = await world.root();
  const program = await world.program("events:read");
  const stream = await program.open("GET", "events");
  assert.match(stream.headers["content-type"] ?? "", /^text\/event-stream/);
  const { id } = (await root.call("POST", "mailboxes", { body: { name: "Watched" } })).body;
  const told = await until(stream, "mailbox/changed");
  assert.deepEqual(told.fields, { mailbox: id, change: "created", actor: "console:root" });
  stream.destroy();
  await root.call("PUT", `mailboxes/${id}/state`, { body: { state: "suspended" } });
  const again = await program.open("GET", "events", { headers: { "last-event-id": String(told.id) } });
  const missed = await until(again, "mailbox/changed");
  assert.equal(missed.fields["change"], "suspended");
  assert.ok(missed.id > told.id);
  again.destroy();
});

test("whoever signed out, or lost the token, hears nothing more", async () => {
  const root = await world.root();
  const person = await world.person("erin", "operator");
  const stream = await person.open("GET", "events");
  await person.call("DELETE", "sign-in");
  const ended = once(stream, "end");
  stream.resume();
  // The next event would be the first that it must not see.
  await root.call("POST", "mailboxes", { body: { name: "Secret" } });
  await ended;
});

test("streams end when the gateway stops", async () => {
  const other = await ApiWorld.start();
  const program = await other.program("events:read");
  const stream = await program.open("GET", "events");
  const ended = once(stream.resume(), "end");
  await other.stop();
  await ended;
});
