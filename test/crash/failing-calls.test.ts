// SPDX-License-Identifier: Apache-2.0
/**
 * I1, I7: the short form of `npm run lab:durability -- calls`. System calls of a gateway under mixed load fail; whoever
 * waits for them is told to try again later, no sync is tried again on the same octets, nothing acknowledged is lost,
 * and the gateway takes mail again as soon as the disk is well.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { skipWithoutPeers } from "../support/peers.ts";
import { failCalls } from "./lab/fail-calls.ts";
import type { FailingCall } from "./lab/failing-call.ts";
import { whyNoTracing } from "./lab/injector.ts";

const seed = Number(process.env["POSTERN_TEST_SEED"] ?? Date.now() % 1_000_000);
const once = { nth: 1, stays: false } as const;
const faults: readonly FailingCall[] = [
  { target: "segment", call: "fdatasync", error: "EIO", ...once },
  { target: "segment", call: "write,writev", error: "ENOSPC", ...once },
  { target: "large message", call: "pwrite64,pwritev", error: "EIO", ...once },
  { target: "log of the index", call: "fsync", error: "EIO", nth: 1, stays: true },
];
const skip = skipWithoutPeers(["strace"]) || (await whyNoTracing()) || false;
if (skip !== false) console.log(`skipped: failing system calls: ${skip}`);

suite(`system calls fail (POSTERN_TEST_SEED=${seed})`, { skip }, () => {
  test("whoever waits is told to try again, nothing is lost, and it ends by itself", async () => {
    const results = await failCalls(faults, { seed, tell: () => undefined });
    for (const { fault, findings, outcome, owedChecked } of results) {
      assert.deepEqual(findings, [], fault);
      assert.equal(outcome, "refused", fault);
      assert.ok(owedChecked > 0, fault);
    }
  });
});
