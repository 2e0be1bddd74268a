// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { accept, answer, bytes, drain, machineAt, said, short } from "../../../../test/dialogs/drive.ts";
import { limits } from "../../../base/limits.ts";
import { refusals } from "../refusal.ts";
import { reply } from "../reply.ts";

// Conversations are in `test/dialogs`; here is what a dialog cannot see: effects and their order.

test("a question is the last effect, and what came behind it waits for the answer", () => {
  const machine = machineAt("ready");
  assert.deepEqual(short(bytes(machine, "MAIL FROM:<>\r\nRCPT TO:<b@c.example>\r\nNOOP\r\nQUIT\r\n")), ["ask-mail"]);
  assert.deepEqual(short(accept(machine)), ["250", "ask-recipient"]);
  assert.deepEqual(short(answer(machine, { accepted: false, refusal: refusals.unknownMailbox })), [
    "550",
    "250",
    "221",
    "close",
  ]);
  assert.deepEqual(bytes(machine, "NOOP\r\n"), []);
});

test("many commands in one piece are taken in turns, each of bounded effects, and all of them (I9)", () => {
  const machine = machineAt("ready", { maxCommands: 10_000, maxErrors: 10_000 });
  let effects = bytes(machine, `${"DATA\r\n".repeat(1000)}QUIT\r\n`);
  const turns = [effects.length];
  while (machine.paused) {
    effects = machine.handle({ type: "resume" });
    turns.push(effects.length);
  }
  assert.ok(
    turns.every((count) => count <= limits.effectsPerTurn + 1),
    turns.join(),
  );
  // QUIT has two: the reply, and the end.
  assert.equal(
    turns.reduce((sum, count) => sum + count, 0),
    1002,
  );
  assert.deepEqual(short(effects).slice(-2), ["221", "close"]);
});

test("words that bring no mail: at the limit, one above, and again after a message", () => {
  const machine = machineAt("ready", { maxCommands: 10_000 });
  // EHLO was the first.
  const more = (count: number): string => said(drain(machine, "NOOP\r\n".repeat(count)).slice(-1));
  assert.equal(more(limits.commandsWithoutMail - 1), "250 2.0.0 Ok");
  bytes(machine, "MAIL FROM:<>\r\n");
  accept(machine);
  bytes(machine, "RCPT TO:<b@c.example>\r\n");
  accept(machine);
  bytes(machine, "BDAT 0 LAST\r\n");
  accept(machine);
  accept(machine);
  assert.equal(more(limits.commandsWithoutMail), "250 2.0.0 Ok");
  const last = bytes(machine, "RSET\r\n");
  assert.equal(said(last), "421 4.7.0 Too many commands");
  assert.deepEqual(short(last), ["421", "close"]);
});

test("a line without an end ends the conversation, also within a sign-in", () => {
  const endless = "x".repeat(limits.droppedLineBytes);
  assert.deepEqual(short(bytes(machineAt("ready"), endless)), ["421", "close"]);
  const signingIn = machineAt("ready");
  bytes(signingIn, "AUTH LOGIN\r\n");
  assert.deepEqual(short(bytes(signingIn, endless)), ["421", "close"]);
});

test("an answer without a question is a fault of the session", () => {
  assert.throws(() => accept(machineAt("ready")), TypeError);
});

test("the envelope as it was given", () => {
  const machine = machineAt("ready");
  bytes(machine, "MAIL FROM:<@r.example:a@b.example> SIZE=7 RET=HDRS\r\n");
  accept(machine);
  bytes(machine, "RCPT TO:<b@c.example> ORCPT=rfc822;x@y.example\r\n");
  accept(machine);
  bytes(machine, "RCPT TO:<d@c.example>\r\n");
  answer(machine, { accepted: false, refusal: refusals.unknownMailbox });
  const [asked] = bytes(machine, "DATA\r\n");
  assert.ok(asked?.type === "ask-content");
  const { hello, reversePath, parametersText, declaredBytes, smtpUtf8, recipients } = asked.envelope;
  assert.deepEqual(hello, { name: "a.example", extended: true });
  assert.equal(reversePath?.text, "a@b.example");
  assert.equal(parametersText, "SIZE=7 RET=HDRS");
  assert.equal(declaredBytes, 7);
  assert.equal(smtpUtf8, false);
  assert.deepEqual(
    recipients.map(({ forwardPath, parametersText: text }) => [forwardPath.text, text]),
    [["b@c.example", "ORCPT=rfc822;x@y.example"]],
  );
});

test("a reply that the session gives is passed on as it is", () => {
  const machine = machineAt("content");
  bytes(machine, "x\r\n.\r\n");
  const given = reply(250, "2.6.0", "queued upstream");
  assert.deepEqual(answer(machine, { accepted: true, reply: given }), [{ type: "reply", reply: given }]);
});

test("a refusal that closes ends the conversation at any question", () => {
  const machine = machineAt("envelope");
  bytes(machine, "DATA\r\n");
  assert.deepEqual(short(answer(machine, { accepted: false, refusal: refusals.stopping })), ["421", "close"]);
});

test("content that is too large is discarded at once and told at its end", () => {
  const machine = machineAt("content");
  assert.deepEqual(short(bytes(machine, "x".repeat(20))), [`content ${"x".repeat(20)}`]);
  assert.deepEqual(short(bytes(machine, "y")), ["discard"]);
  assert.deepEqual(short(bytes(machine, "z".repeat(100))), []);
  assert.deepEqual(short(bytes(machine, "\r\n.\r\n")), ["552"]);
});

test("chunks that are too large are discarded before their octets come", () => {
  const machine = machineAt("envelope");
  bytes(machine, "BDAT 20\r\n");
  assert.deepEqual(short(accept(machine)), []);
  bytes(machine, "x".repeat(20));
  assert.deepEqual(short(bytes(machine, "BDAT 1\r\n")), ["discard"]);
  assert.deepEqual(short(bytes(machine, "y")), ["552"]);
});

test("a failed transaction is told at every chunk, but counted and logged once", () => {
  const machine = machineAt("envelope", { maxErrors: 2 });
  bytes(machine, "BDAT 21\r\n");
  accept(machine);
  const [first] = bytes(machine, "x".repeat(21));
  assert.ok(first?.type === "reply" && first.refusal?.cause === "too-large");
  for (let count = 0; count < 5; count++) {
    const [again, ...more] = bytes(machine, "BDAT 1\r\nx");
    assert.ok(again?.type === "reply" && again.reply.code === 552 && again.refusal === undefined);
    assert.equal(more.length, 0);
  }
});

for (const [command, replies] of [
  ["RSET", ["discard", "250"]],
  ["EHLO b.example", ["discard", "250"]],
  ["QUIT", ["discard", "221", "close"]],
  ["BDAT x", ["discard", "501", "close"]],
] as const)
  test(`${command} between two chunks discards the content`, () => {
    const machine = machineAt("envelope");
    bytes(machine, "BDAT 1\r\n");
    accept(machine);
    bytes(machine, "x");
    assert.deepEqual(short(bytes(machine, `${command}\r\n`)), replies);
  });

for (const [limit, command, replies] of [
  [{ maxErrors: 1 }, "WIZ", ["500", "discard", "421", "close"]],
  [{ maxCommands: 4 }, "NOOP", ["discard", "421", "close"]],
] as const)
  test(`a session that is ended between two chunks (${Object.keys(limit)[0]}) discards the content`, () => {
    const machine = machineAt("envelope", limit);
    bytes(machine, "BDAT 1\r\n");
    accept(machine);
    bytes(machine, "x");
    assert.deepEqual(short(bytes(machine, `${command}\r\n`)), replies);
  });

test("input that came while the session got ready for content is refused too", () => {
  const machine = machineAt("envelope");
  assert.deepEqual(short(bytes(machine, "DATA\r\n")), ["ask-content"]);
  bytes(machine, "early\r\n.\r\n");
  assert.deepEqual(short(accept(machine)), ["discard", "554", "close"]);
});

test("the session may end the conversation at any time (RFC 5321 §3.8), once", () => {
  assert.deepEqual(short(machineAt("ready").end(refusals.idle)), ["421", "close"]);
  const machine = machineAt("content");
  assert.deepEqual(short(machine.end(refusals.tooSlow)), ["discard", "421", "close"]);
  assert.deepEqual(machine.end(refusals.tooSlow), []);
  assert.deepEqual(bytes(machine, "NOOP\r\n"), []);
});

test("between transactions, and when octets are content", () => {
  const seen = (["ready", "envelope", "content"] as const).map((where) => {
    const machine = machineAt(where);
    return [machine.betweenTransactions, machine.readsContent];
  });
  assert.deepEqual(seen, [
    [true, false],
    [false, false],
    [false, true],
  ]);
  const keeping = machineAt("content");
  bytes(keeping, ".\r\n");
  assert.equal(keeping.betweenTransactions, false, "the answer to ask-commit is still to come");
});

test("the command line limit, CRLF included: below, at, above", () => {
  for (const change of [{}, { mechanisms: [] }])
    for (const [length, code] of [
      [99, "250"],
      [100, "250"],
      [101, "500"],
    ] as const) {
      const line = `NOOP ${"x".repeat(length - 7)}\r\n`;
      assert.deepEqual(short(bytes(machineAt("ready", change), line)), [code], String(length));
    }
});

test("lines of a sign-in have a limit of their own (RFC 4954 §4): below, at, above", () => {
  for (const [length, expected] of [
    [limits.saslLineBytes - 1, "501 5.5.2"],
    [limits.saslLineBytes, "501 5.5.2"],
    [limits.saslLineBytes + 1, "500 5.5.6"],
  ] as const) {
    const machine = machineAt("ready");
    assert.deepEqual(short(bytes(machine, "AUTH PLAIN\r\n")), ["334"]);
    // No base64, so that what is within the limit is told from what is beyond.
    const [said] = bytes(machine, `${"?".repeat(length - 2)}\r\n`);
    assert.ok(said?.type === "reply");
    assert.equal(`${said.reply.code} ${said.reply.enhanced}`, expected, String(length));
    assert.deepEqual(short(bytes(machine, "NOOP\r\n")), ["250"]);
  }
});

test("an initial response may be as long as a line of a sign-in", () => {
  const response = Buffer.from(`\0tim\0${"x".repeat(6000)}`).toString("base64");
  assert.deepEqual(short(bytes(machineAt("ready"), `AUTH PLAIN ${response}\r\n`)), ["ask-auth"]);
});

test("in clear no credential is asked for or looked at (I5)", () => {
  for (const where of ["ready", "envelope"] as const) {
    const machine = machineAt(where, { encrypted: false });
    const effects = bytes(machine, "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
    assert.deepEqual(short(effects), ["538"]);
    assert.ok(!inspect([effects, machine], { depth: 9, showHidden: true }).includes("AHRpbQ"));
  }
});

test("credentials are not printed with their effect", () => {
  const effects = bytes(machineAt("ready"), "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
  const [asked] = effects;
  assert.ok(asked?.type === "ask-auth" && asked.credentials.kind === "password");
  assert.equal(asked.credentials.password.expose().toString(), "tanstaaftanstaaf");
  assert.ok(!`${inspect(effects, { depth: 9, showHidden: true })}${JSON.stringify(effects)}`.includes("tanstaaf"));
});

test("wrong credentials count as errors", () => {
  const machine = machineAt("ready", { maxErrors: 2 });
  bytes(machine, "AUTH PLAIN AHRpbQB3cm9uZw==\r\n");
  assert.deepEqual(short(answer(machine, { accepted: false, refusal: refusals.signInDenied })), ["535"]);
  bytes(machine, "AUTH PLAIN AHRpbQB3cm9uZw==\r\n");
  assert.deepEqual(short(answer(machine, { accepted: false, refusal: refusals.signInDenied })), [
    "535",
    "421",
    "close",
  ]);
});
