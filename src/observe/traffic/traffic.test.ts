// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../log.ts";
import { Traffic, watchedLog } from "./traffic.ts";

function watched() {
  let now = 1000;
  const traffic = new Traffic({
    nowMs: () => (now += 1),
    refusals: { most: 4, mostCharacters: 10 },
    origins: { perMailbox: 2, mailboxes: 2 },
  });
  return { traffic, log: watchedLog(silentLog, traffic) };
}

test("a session is there from its start to its end, and knows what its events told", () => {
  const { traffic, log } = watched();
  const session = log.with({ connection: "7", peer: "192.0.2.1" });
  session.event("session/opened", { port: 25 });
  session.event("session/encrypted", { tls: "TLSv1.3" });
  session.event("smtp/kept", { mailbox: "mbx-a", uniqueId: "x", contentBytes: 700 });
  session.event("smtp/kept", { mailbox: "mbx-a", uniqueId: "y", contentBytes: 300 });
  // Told, and no other kind of event is one.
  session.event("smtp/repeated", { mailbox: "mbx-a", uniqueId: "y", contentBytes: 300 });
  const [seen] = traffic.sessions.list();
  assert.deepEqual(
    [seen?.id, seen?.peer, seen?.port, seen?.tls, seen?.mailbox, seen?.messages, seen?.bytes],
    ["7", "192.0.2.1", 25, "TLSv1.3", "mbx-a", 2, 1000],
  );
  assert.deepEqual(
    traffic.origins.of("mbx-a").map(({ source, peer, tls, messages, bytes }) => [source, peer, tls, messages, bytes]),
    [["journal", "192.0.2.1", "TLSv1.3", 2, 1000]],
  );
  session.event("session/closed");
  assert.deepEqual(traffic.sessions.list(), []);
});

test("only the last refusals are kept, cut to a length, and it is told since when all are there", () => {
  const { traffic } = watched();
  const since = traffic.refusals.keptSinceMs;
  const thing = {
    reply: undefined,
    peer: "192.0.2.1",
    hello: "h".repeat(50),
    recipient: undefined,
    mailbox: undefined,
  };
  for (const cause of ["a", "b", "c", "d", "e"]) traffic.refused({ cause, ...thing });
  const kept = traffic.refusals.find({ limit: 100 });
  assert.deepEqual(
    kept.map(({ cause }) => cause),
    ["e", "d", "c", "b"],
  );
  assert.equal(kept[0]?.hello, "h".repeat(10));
  assert.ok(traffic.refusals.keptSinceMs > since);
});

test("a peer with many addresses pushes out the address of longest ago, and no other mailbox", () => {
  const { traffic } = watched();
  for (const peer of ["1", "2", "1", "3"])
    traffic.origins.add("mbx-a", { source: "journal", peer, tls: undefined, bytes: 1 }, 1);
  assert.deepEqual(
    traffic.origins.of("mbx-a").map(({ peer }) => peer),
    ["3", "1"],
  );
  traffic.origins.add("mbx-b", { source: "journal", peer: "1", tls: undefined, bytes: 1 }, 1);
  traffic.origins.add("mbx-c", { source: "journal", peer: "1", tls: undefined, bytes: 1 }, 1);
  assert.deepEqual(traffic.origins.of("mbx-a"), []);
  assert.equal(traffic.origins.of("mbx-b").length, 1);
});
