// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { dots, PullBench, settle, signIn } from "../../test/support/pull-bench.ts";
import type { ScriptedConnection } from "../../test/support/scripted-connection.ts";

const KiB = 1024;

let bench: PullBench;
beforeEach(() => {
  bench = new PullBench();
});

test("who does not read makes us stop reading the store (I9)", async () => {
  const contentBytes = 8 * KiB * KiB;
  await bench.fill(dots(contentBytes));
  const gate = Promise.withResolvers<boolean>();
  const { connection, served } = bench.connect([signIn, "RETR 1\r\n", "QUIT\r\n"], {
    prepare: blockedBy(gate.promise),
  });
  await settle();
  assert.ok(bench.maildrops.readBytes < KiB * KiB, `${bench.maildrops.readBytes} octets were read ahead`);
  assert.ok(connection.output.length < KiB * KiB);
  gate.resolve(true);
  await served;
  assert.ok(connection.output.length > contentBytes);
  assert.match(connection.output, /\r\n\.\r\n\+OK Bye\r\n$/);
});

test("who pipelines and does not read gets a few messages ahead at most (I9)", async () => {
  await bench.fill(...Array.from({ length: 60 }, () => dots(100 * KiB)));
  const retrievals = Array.from({ length: 60 }, (_, index) => `RETR ${index + 1}\r\n`).join("");
  const gate = Promise.withResolvers<boolean>();
  const { served } = bench.connect([signIn, retrievals, "QUIT\r\n"], { prepare: blockedBy(gate.promise) });
  await settle();
  assert.ok(bench.maildrops.readBytes < 2 * KiB * KiB, `${bench.maildrops.readBytes} octets were read ahead`);
  gate.resolve(true);
  await served;
  assert.equal(bench.maildrops.pulled.length, 60);
});

test("a connection that breaks within a message: it was not pulled, nothing is removed", async () => {
  await bench.fill(dots(300 * KiB), dots(1500 * KiB));
  for (const retrieval of ["RETR 1\r\n", "RETR 2\r\n", "TOP 2 1000000\r\n"]) {
    const connection = await bench.converse([signIn, "DELE 2\r\nRSET\r\n", retrieval, "DELE 1\r\n", "QUIT\r\n"], {
      prepare: blockedBy(Promise.resolve(false)),
    });
    assert.ok(!connection.output.includes("Bye"), retrieval);
    assert.deepEqual(
      [bench.maildrops.pulled, bench.maildrops.removals, bench.maildrops.openSources],
      [[], [], 0],
      retrieval,
    );
    assert.equal(bench.maildrops.holder, undefined);
  }
});

/** Large writes wait for this. */
function blockedBy(taken: Promise<boolean>): (connection: ScriptedConnection) => void {
  return (connection) => {
    connection.onWrite = (text) => (text.length > 10 * KiB ? taken : undefined);
  };
}
