// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { test } from "node:test";
import { connectToAny, interleave, type TcpOpener } from "./connect.ts";

test("the families take turns, beginning with that of the first address (RFC 8305 §4)", () => {
  const mixed = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2"];
  assert.deepEqual(interleave(mixed), ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"]);
  assert.deepEqual(interleave(["192.0.2.1", "2001:db8::1", "192.0.2.1"]), ["192.0.2.1", "2001:db8::1"]);
  assert.deepEqual(interleave([]), []);
});

/** An opener whose attempts end when the test says so. */
function held(): {
  readonly open: TcpOpener;
  readonly begun: string[];
  readonly attempts: Map<string, PromiseWithResolvers<Socket>>;
} {
  const begun: string[] = [];
  const attempts = new Map<string, PromiseWithResolvers<Socket>>();
  const open: TcpOpener = (address, _, signal) => {
    const attempt = Promise.withResolvers<Socket>();
    begun.push(address);
    attempts.set(address, attempt);
    signal.addEventListener("abort", () => attempt.reject(new Error("given up")));
    return attempt.promise;
  };
  return { open, begun, attempts };
}

test("an attempt that fails makes room at once for the next", async () => {
  const { open, begun, attempts } = held();
  const result = connectToAny(["192.0.2.1", "192.0.2.2"], { port: 1, timeoutMs: 60_000, open, attemptDelayMs: 60_000 });
  assert.deepEqual(begun, ["192.0.2.1"]);
  attempts.get("192.0.2.1")?.reject(Object.assign(new Error("no"), { code: "ECONNREFUSED" }));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(begun, ["192.0.2.1", "192.0.2.2"]);
  attempts.get("192.0.2.2")?.reject(Object.assign(new Error("no"), { code: "EHOSTUNREACH" }));
  assert.deepEqual(await result, { kind: "unreachable", reason: "ECONNREFUSED" });
});

test("the slow first does not hold the second back, and the one that loses is closed", async () => {
  const { open, attempts } = held();
  const result = connectToAny(["2001:db8::1", "192.0.2.1"], { port: 1, timeoutMs: 60_000, open, attemptDelayMs: 1 });
  while (attempts.size < 2) await new Promise((resolve) => setImmediate(resolve));
  const [winner, loser] = [new Socket(), new Socket()];
  attempts.get("192.0.2.1")?.resolve(winner);
  attempts.get("2001:db8::1")?.resolve(loser);
  const connected = await result;
  assert.equal(connected.kind === "connected" && connected.address, "192.0.2.1");
  assert.deepEqual([winner.destroyed, loser.destroyed], [false, true]);
  winner.destroy();
});

test("one deadline for all addresses; nothing is begun behind it", async () => {
  const { open, begun } = held();
  const result = await connectToAny(["192.0.2.1", "192.0.2.2"], {
    port: 1,
    timeoutMs: 5,
    open,
    attemptDelayMs: 60_000,
  });
  assert.deepEqual(result, { kind: "timed-out" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(begun, ["192.0.2.1"]);
});

test("no address, and a port where nobody listens", async () => {
  assert.deepEqual(await connectToAny([], { port: 1, timeoutMs: 1000 }), { kind: "unreachable", reason: "no address" });
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  server.close();
  await once(server, "close");
  assert.deepEqual(await connectToAny(["127.0.0.1"], { port, timeoutMs: 10_000 }), {
    kind: "unreachable",
    reason: "ECONNREFUSED",
  });
});
