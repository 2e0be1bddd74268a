// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ClientEnd } from "../../test/support/proxy-ends.ts";
import { limits } from "../base/limits.ts";
import { ClientOutput } from "./client-output.ts";
import { HeldOctets } from "./held-octets.ts";

let client: ClientEnd;
let memory: HeldOctets;
let output: ClientOutput;
beforeEach(() => {
  client = new ClientEnd();
  memory = new HeldOctets(limits.proxyHeldMemoryBytes);
  output = new ClientOutput(client, memory);
});

/** Lets everything run that waits for nobody. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether a promise is there and does not resolve by itself. */
async function waits(promise: Promise<void> | undefined): Promise<boolean> {
  let done = promise === undefined;
  void promise?.then(() => {
    done = true;
  });
  await settled();
  return !done;
}

test("no end goes out before its record is durable, nothing behind it either, whichever record is done first (I3)", async () => {
  const [first, second] = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
  output.say("one");
  output.withhold(first.promise, Buffer.from("."));
  output.say("two");
  output.withhold(second.promise, Buffer.from("!"));
  output.say("three");
  second.resolve(true);
  await settled();
  assert.equal(client.got, "one");
  first.resolve(true);
  await output.drained();
  assert.equal(client.got, "one.two!three");
  output.say("four");
  await output.flush();
  assert.equal(client.got, "one.two!threefour");
});

test("without a record there is no end, and nothing more", async () => {
  output.say("one");
  output.withhold(Promise.resolve(false), Buffer.from("."));
  output.say("two");
  output.withhold(Promise.resolve(true), Buffer.from("!"));
  await output.drained();
  output.say("three");
  await output.flush();
  assert.equal(client.got, "one");
});

test("octets are held up to the limit of a session and no further (I9)", async () => {
  const record = Promise.withResolvers<boolean>();
  output.withhold(record.promise, Buffer.from("."));
  // The end itself counts for 4 KiB.
  output.add(Buffer.alloc(limits.proxyHeldBytes - 4096));
  assert.equal(await waits(output.settle()), false, "at the limit");
  output.add(Buffer.alloc(1));
  const more = output.settle();
  assert.equal(await waits(more), true, "above it");
  record.resolve(true);
  await more;
  await output.drained();
  assert.equal(client.got.length, 1 + limits.proxyHeldBytes - 4096 + 1);
});

test("what all sessions hold is bounded too, and is given back (I9)", async () => {
  memory = new HeldOctets(8192);
  const [output, other] = [new ClientOutput(client, memory), new ClientOutput(new ClientEnd(), memory)];
  const record = Promise.withResolvers<boolean>();
  output.withhold(record.promise, Buffer.from("."));
  output.add(Buffer.alloc(4096));
  assert.equal(memory.isFull, true);
  other.withhold(record.promise, Buffer.from("."));
  const more = other.settle();
  assert.equal(await waits(more), true);
  record.resolve(true);
  await Promise.all([more, output.drained(), other.drained()]);
  assert.equal(memory.isFull, false);
});

test("what is held is given back when a record fails (I9)", async () => {
  memory = new HeldOctets(1);
  const output = new ClientOutput(client, memory);
  output.withhold(Promise.resolve(false), Buffer.from("."));
  output.add(Buffer.alloc(100));
  assert.equal(memory.isFull, true);
  await output.drained();
  assert.equal(memory.isFull, false);
});

test("a client that does not read is waited for, record or not (I9)", async () => {
  const taken = Promise.withResolvers<boolean>();
  client.takes = taken.promise;
  output.withhold(Promise.resolve(true), Buffer.from("."));
  output.say("next");
  const flushed = output.flush();
  await settled();
  assert.equal(await waits(output.settle()), true);
  taken.resolve(false);
  await flushed;
  await output.drained();
  assert.equal(output.lost, true);
});
