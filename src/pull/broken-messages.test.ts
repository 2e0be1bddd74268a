// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { dots, linesOf, PullBench, signIn } from "../../test/support/pull-bench.ts";

const KiB = 1024;

let bench: PullBench;
beforeEach(() => {
  bench = new PullBench();
});

test("a large message that is damaged far behind never looks complete, and the session is over", async () => {
  await bench.fill(dots(1500 * KiB), "two\r\n");
  bench.flipOctet(0, -10);
  const connection = await bench.converse([signIn, "DELE 2\r\n", "RETR 1\r\n", "RETR 2\r\n", "QUIT\r\n"]);
  assert.ok(connection.output.length > KiB * KiB, "its sound beginning went out");
  assert.ok(!connection.output.includes("\r\n.\r\n"));
  assert.equal(connection.left, "destroyed");
  assert.deepEqual([bench.maildrops.pulled, bench.maildrops.removals, bench.maildrops.holder], [[], [], undefined]);
  assert.deepEqual(bench.identities, [{ wiped: true }]);
  const [damage] = bench.log.of("pop3/damaged");
  assert.equal(damage?.["uniqueId"], bench.maildrops.messages[0]?.message.uniqueId);
  assert.equal(bench.log.of("pop3/aborted").length, 1);
});

test("the next session refuses a message that broke off the last one, and the others are pulled and removed", async () => {
  await bench.fill(dots(1500 * KiB), "two\r\n");
  bench.flipOctet(0, -10);
  const first = await bench.converse([signIn, "RETR 1\r\n", "RETR 2\r\n", "DELE 2\r\n", "QUIT\r\n"]);
  assert.equal(first.left, "destroyed");
  const second = await bench.converse([signIn, "RETR 1\r\n", "RETR 2\r\n", "DELE 2\r\n", "QUIT\r\n"]);
  assert.match(second.output, /^-ERR \[SYS\/PERM\] The message is damaged and cannot be opened\r$/m);
  assert.match(second.output, /\+OK Bye, 1 messages removed\r\n$/);
  assert.equal(bench.maildrops.removals.length, 1);
});

test("a large message that is cut off never looks complete", async () => {
  await bench.fill(dots(1500 * KiB));
  const [first] = bench.maildrops.messages;
  assert.ok(first !== undefined);
  // Where a chunk ends: what is there is authentic, and yet not all.
  first.sealed = first.sealed.subarray(0, -(first.sealed.length % (64 * KiB + 16)) - 1);
  const connection = await bench.converse([signIn, "RETR 1\r\n"]);
  assert.ok(!connection.output.includes("\r\n.\r\n"));
  assert.equal(connection.left, "destroyed");
});

test("TOP of a message that is damaged within what was asked for never looks complete", async () => {
  await bench.fill(Buffer.concat([Buffer.from("A: 1\r\n\r\n"), dots(300 * KiB)]));
  bench.flipOctet(0, -10);
  const connection = await bench.converse([signIn, "TOP 1 0\r\n", "TOP 1 1000000\r\n", "NOOP\r\n"]);
  assert.match(connection.output, /X-Postern-Trace: end\r\n/);
  // The first TOP needed only what is sound: one end, and none behind it.
  assert.equal(connection.output.split("\r\n.\r\n").length, 2);
  assert.deepEqual(bench.maildrops.pulled, [], "a part is not the message");
  assert.equal(connection.left, "destroyed");
});

test("damage that is found before anything went out is told, and the session goes on", async () => {
  await bench.fill(dots(100 * KiB), "two\r\n", "three\r\n");
  bench.flipOctet(0, -10);
  const [, second, third] = bench.maildrops.messages;
  assert.ok(second !== undefined && third !== undefined);
  // Sound octets of another message (I2): not what was asked for.
  [second.sealed, third.sealed] = [third.sealed, second.sealed];
  const connection = await bench.converse([signIn, "RETR 1\r\nRETR 2\r\nTOP 3 0\r\nNOOP\r\n", "QUIT\r\n"]);
  const damaged = "-ERR [SYS/PERM] The message is damaged and cannot be opened";
  assert.deepEqual(linesOf(connection).slice(3), [damaged, damaged, damaged, "+OK Ok", "+OK Bye"]);
  assert.equal(bench.log.of("pop3/damaged").length, 3);
  assert.deepEqual([bench.maildrops.pulled, bench.maildrops.openSources], [[], 0]);
});

test("a store that cannot be read is our trouble: try again later (I7)", async () => {
  await bench.fill("one\r\n");
  bench.maildrops.failingOpens = true;
  const connection = await bench.converse([signIn, "RETR 1\r\n", "TOP 1 0\r\n", "QUIT\r\n"]);
  const later = "-ERR [SYS/TEMP] The message cannot be read now, try again later";
  assert.deepEqual(linesOf(connection).slice(3), [later, later, "+OK Bye"]);
  assert.equal(bench.log.of("pop3/damaged").length, 0);
});

test("a read that fails within a large message breaks it off", async () => {
  await bench.fill(dots(1500 * KiB));
  bench.maildrops.failingReadsFrom = 1000 * KiB;
  const connection = await bench.converse([signIn, "RETR 1\r\n", "NOOP\r\n"]);
  assert.ok(connection.output.length > 100 * KiB && !connection.output.includes("\r\n.\r\n"));
  assert.deepEqual([connection.left, bench.maildrops.openSources, bench.maildrops.pulled], ["destroyed", 0, []]);
});
