// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { expectedByPop3, withoutTraceBlock } from "../../test/support/expected-content.ts";
import { linesOf, PullBench, settle, signIn } from "../../test/support/pull-bench.ts";
import { PosternError } from "../base/errors.ts";

/** The lines of a multi-line response behind `status`, transparency removed (RFC 1939 §3). */
function blockBehind(output: string, status: string): Buffer {
  const from = output.indexOf(status);
  assert.ok(from >= 0, `no ${status}`);
  const begin = output.indexOf("\r\n", from);
  const end = output.indexOf("\r\n.\r\n", begin);
  assert.ok(end >= 0, `no end behind ${status}`);
  return Buffer.from(output.slice(begin, end + 2).replaceAll("\r\n.", "\r\n"), "latin1").subarray(2);
}

let bench: PullBench;
beforeEach(() => {
  bench = new PullBench();
});

/** What POP3 cannot carry, and what it must hide (RFC 1939 §3). */
const strangeContents: readonly string[] = [
  "Subject: plain\r\n\r\nx\r\n",
  "",
  "\r\n",
  ".",
  ".\r\n..\r\n.x\r\n\r\n.\r\n",
  "bare\nLF\n.\n",
  "bare\rCR\r.\r",
  "\r\r\n\n\r",
  "NUL \0\0\r\n",
  "no final line end",
  "ends in CR\r",
  "ends in LF\n",
  "8-bit \xfc\xff\r\n",
  `${"long".repeat(40_000)}\r\n.`,
];

test("LIST and STAT tell exactly what RETR sends (RFC 1939 §11), whatever the content is", async () => {
  await bench.fill(...strangeContents);
  const retrievals = strangeContents.map((_, index) => `RETR ${index + 1}\r\n`);
  const connection = await bench.converse([signIn, "STAT\r\nLIST\r\n", ...retrievals, "QUIT\r\n"]);
  const sizes = blockBehind(connection.output, `+OK ${strangeContents.length} messages\r\n`)
    .toString()
    .trimEnd()
    .split("\r\n")
    .map((line) => Number(line.split(" ")[1]));
  assert.equal(linesOf(connection)[3], `+OK ${strangeContents.length} ${sizes.reduce((sum, size) => sum + size, 0)}`);
  let output = connection.output.slice(
    connection.output.indexOf(" octets\r\n", connection.output.indexOf("\r\n.\r\n")) - 8,
  );
  for (const [index, content] of strangeContents.entries()) {
    const status = `${sizes[index]} octets\r\n`;
    const message = blockBehind(output, status);
    assert.equal(message.length, sizes[index]);
    const pulled = withoutTraceBlock(message);
    assert.equal(pulled.content.toString("latin1"), expectedByPop3(Buffer.from(content, "latin1")).toString("latin1"));
    output = output.slice(output.indexOf("\r\n.\r\n", output.indexOf(status)) + 5);
  }
  assert.equal(bench.maildrops.openSources, 0);
});

test("a message changed for POP3 says so on top", async () => {
  await bench.fill("a\nb\rc\0", "plain\r\n");
  const { output } = await bench.converse([signIn, "RETR 1\r\n", "RETR 2\r\n"]);
  const [first = "", second = ""] = output.split("octets\r\n").slice(2);
  assert.match(first, /^X-Postern-Normalized: bare-lf, bare-cr, nul, no-final-crlf\r$/m);
  assert.ok(!second.includes("X-Postern-Normalized"));
});

test("QUIT answers when the removal is durable (I1), and the maildrop is free by then", async () => {
  await bench.fill("one\r\n", "two\r\n");
  const gate = Promise.withResolvers<void>();
  bench.maildrops.gate = gate.promise;
  const holders: (string | undefined)[] = [];
  const { connection, served } = bench.connect([signIn, "RETR 1\r\n", "DELE 1\r\n", "QUIT\r\n"], {
    prepare: (made) => {
      made.onWrite = (text) => {
        if (text.includes("Bye")) holders.push(bench.maildrops.holder);
        return undefined;
      };
    },
  });
  await settle();
  assert.match(connection.output, /\+OK Message 1 marked as deleted\r\n$/);
  gate.resolve();
  await served;
  assert.match(connection.output, /\+OK Bye, 1 messages removed\r\n$/);
  assert.deepEqual(bench.maildrops.removals, [{ indexes: [0], cause: "pulled and deleted from 192.0.2.9" }]);
  assert.deepEqual(bench.maildrops.pulled, [bench.maildrops.messages[0]?.message.uniqueId]);
  assert.deepEqual([holders, connection.left, bench.log.of("pop3/aborted")], [[undefined], "ended", []]);
  assert.deepEqual(bench.identities, [{ wiped: true }]);
});

test("a removal that fails, or in part, is told at QUIT (RFC 1939 §6)", async () => {
  await bench.fill("one\r\n", "two\r\n", "three\r\n");
  const commands = [signIn, "DELE 1\r\n", "DELE 3\r\n", "QUIT\r\n"];
  for (const [failing, told] of [
    [1, "-ERR [SYS/TEMP] 1 of 2 messages not removed"],
    [Number.POSITIVE_INFINITY, "-ERR [SYS/TEMP] 2 of 2 messages not removed"],
  ] as const) {
    bench.maildrops.failingRemovals = failing;
    const connection = await bench.converse(commands);
    assert.deepEqual([linesOf(connection).at(-1), connection.left, bench.maildrops.holder], [told, "ended", undefined]);
  }
  assert.deepEqual(
    bench.log.of("pop3/updated").map(({ removed, failed }) => [removed, failed]),
    [[1, 1]],
  );
  assert.equal(bench.log.of("session/failed").length, 1);
});

test("without QUIT nothing is removed, however the session ends (RFC 1939 §6)", async () => {
  await bench.fill("one\r\n");
  for (const end of ["ended", "lost", "timed-out"] as const) {
    const connection = await bench.converse([signIn, "RETR 1\r\n", "DELE 1\r\n"], { end });
    assert.match(connection.output, /marked as deleted\r\n$/, end);
    assert.deepEqual(
      [bench.maildrops.removals, bench.maildrops.holder, bench.identities.at(-1)],
      [[], undefined, { wiped: true }],
      end,
    );
  }
  assert.equal(bench.log.of("pop3/aborted").length, 3);
});

test("autologout after the idle time, without a word (RFC 1939 §3)", async () => {
  const connection = await bench.converse([signIn], { end: "timed-out" });
  assert.deepEqual(linesOf(connection).slice(2), ["+OK 0 messages, 0 octets"]);
  assert.ok(connection.timeoutsMs.every((timeoutMs) => timeoutMs === 600_000));
  assert.equal(connection.left, "ended");
});

test("one session a maildrop (RFC 1939 §4): another gets IN-USE and may try again", async () => {
  bench.maildrops.holder = "somebody";
  const free = (): string => {
    bench.maildrops.holder = undefined;
    return signIn;
  };
  const connection = await bench.converse([signIn, free, "QUIT\r\n"]);
  assert.deepEqual(linesOf(connection).slice(1), [
    "+OK Send PASS",
    "-ERR [IN-USE] Another session has this mailbox",
    "+OK Send PASS",
    "+OK 0 messages, 0 octets",
    "+OK Bye",
  ]);
  assert.deepEqual(bench.identities, [{ wiped: true }, { wiped: true }]);
});

test("each outcome of a sign-in has its answer; only a wrong password is the puller's fault", async () => {
  const fault = (): never => {
    throw new PosternError("seal/damaged-header");
  };
  for (const [outcome, told] of [
    ["denied", "-ERR [AUTH] Mailbox id or password not accepted"],
    ["busy", "-ERR [SYS/TEMP] Too many sign-ins at once, try again later"],
    ["throttled", "-ERR [SYS/TEMP] Too many failures from your address, try again later"],
    ["fault", "-ERR [SYS/TEMP] Sign-in is not possible now, try again later"],
  ] as const) {
    const connection = await bench.converse([signIn], { signIn: () => (outcome === "fault" ? fault() : { outcome }) });
    assert.equal(linesOf(connection).at(-1), told);
    assert.equal(connection.keepsPlace, false);
  }
  assert.equal(bench.passwords.length, 4);
  for (const password of bench.passwords) assert.ok(password.expose().every((octet) => octet === 0));
  assert.equal((await bench.converse([signIn])).keepsPlace, true);
  assert.ok(!JSON.stringify(bench.log.events).includes("right"));
});

test("STLS begins anew; when the handshake fails nothing more is read", async () => {
  const upgraded = await bench.converse(["STLS\r\n", signIn, "QUIT\r\n"], { tls: false });
  assert.deepEqual(linesOf(upgraded).slice(1), [
    "+OK Begin TLS",
    "+OK Send PASS",
    "+OK 0 messages, 0 octets",
    "+OK Bye",
  ]);
  const failed = await bench.converse(["STLS\r\n", signIn], {
    tls: false,
    prepare: (connection) => {
      connection.tlsWorks = false;
    },
  });
  assert.deepEqual(linesOf(failed).slice(1), ["+OK Begin TLS"]);
  assert.equal(bench.log.of("listen/tls-failed").length, 1);
  assert.equal(bench.passwords.length, 1);
});

test("a stopping gateway sends away who has not signed in, and lets the others finish", async () => {
  const before = await bench.converse([{ end: "draining" }, signIn]);
  assert.deepEqual(linesOf(before).slice(1), ["-ERR [SYS/TEMP] Shutting down, try again later"]);
  assert.equal(before.left, "ended");
  await bench.fill("one\r\n");
  const within = await bench.converse([signIn, { end: "draining" }, "DELE 1\r\n", "QUIT\r\n"]);
  assert.equal(linesOf(within).at(-1), "+OK Bye, 1 messages removed");
});
