// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, answer, bytes, driveSettings, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";
import { refusals } from "../../refusal.ts";
import { reply } from "../../reply.ts";

const right = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"; // RFC 4616 §4

test("user name and password reach the session, its verdict the client", () => {
  const machine = machineAt("ready");
  const [asked] = bytes(machine, `AUTH PLAIN ${right}\r\n`);
  assert.ok(asked?.type === "ask-auth" && asked.credentials.userName === "tim");
  assert.equal(said(accept(machine)), "235 2.7.0 Signed in");
  assert.ok(machine.signedIn);
});

test("a proxy relays the upstream's own reply", () => {
  const machine = machineAt("ready");
  bytes(machine, `AUTH PLAIN ${right}\r\n`);
  const given = reply(235, "2.7.0", "welcome");
  assert.deepEqual(answer(machine, { accepted: true, reply: given }), [{ type: "reply", reply: given }]);
});

test("signing in resets nothing (RFC 4954 §4), and EHLO does not sign out", () => {
  const machine = machineAt("ready");
  bytes(machine, `AUTH PLAIN ${right}\r\n`);
  accept(machine);
  bytes(machine, "EHLO a.example\r\n");
  assert.equal(said(bytes(machine, "AUTH PLAIN\r\n")), "503 5.5.1 Signed in already");
  assert.deepEqual(short(bytes(machine, "MAIL FROM:<>\r\n")), ["ask-mail"]);
});

test("a password that is wrong is refused at once, a token only after the client's empty response (RFC 7628 §3.2.3)", () => {
  const machine = machineAt("ready");
  const wrong = { accepted: false, refusal: refusals.signInDenied } as const;
  bytes(machine, `AUTH PLAIN ${right}\r\n`);
  assert.deepEqual(short(answer(machine, wrong)), ["535"]);
  const token = Buffer.from("n,a=tim,\x01auth=Bearer x\x01\x01").toString("base64");
  bytes(machine, `AUTH OAUTHBEARER ${token}\r\n`);
  assert.deepEqual(short(answer(machine, wrong)), ["334"]);
  assert.deepEqual(short(bytes(machine, "AQ==\r\n")), ["535"]);
  assert.deepEqual(short(bytes(machine, "NOOP\r\n")), ["250"]);
});

test("an upstream that is away is never a wrong password", () => {
  const machine = machineAt("ready");
  bytes(machine, `AUTH PLAIN ${right}\r\n`);
  const verdict = answer(machine, { accepted: false, refusal: refusals.signInUnavailable });
  assert.equal(said(verdict), "454 4.7.0 Sign-in is not possible now, try again later");
  assert.ok(!machine.signedIn);
});

const signIn = (machine: ReturnType<typeof machineAt>): string => said(bytes(machine, `AUTH PLAIN ${right}\r\n`));

test("not before EHLO, not after HELO, not within a transaction", () => {
  assert.equal(signIn(machineAt("connected")), "503 5.5.1 Send EHLO first");
  const helo = machineAt("connected");
  bytes(helo, "HELO a.example\r\n");
  assert.equal(signIn(helo), "503 5.5.1 Send EHLO first");
  assert.equal(signIn(machineAt("envelope")), "503 5.5.1 Bad sequence of commands");
});

test("a control character in a response ends the exchange, not the conversation", () => {
  const machine = machineAt("ready");
  bytes(machine, "AUTH LOGIN\r\n");
  assert.equal(said(bytes(machine, "dG\0lt\r\n")), "501 5.5.2 Cannot decode the response");
  assert.equal(said(bytes(machine, "NOOP\r\n")), "250 2.0.0 Ok");
});

test("what a sign-in offers: the size counts at once, what is withheld from the next EHLO on", () => {
  const machine = machineAt("ready");
  bytes(machine, `AUTH PLAIN ${right}\r\n`);
  answer(machine, { accepted: true, offer: { maxMessageBytes: 500, withheld: ["DSN", "SMTPUTF8"] } });
  assert.equal(said(bytes(machine, "MAIL FROM:<> SIZE=501\r\n")), "552 5.3.4 Message too large");
  assert.deepEqual(short(bytes(machine, "MAIL FROM:<> SIZE=500 RET=HDRS\r\n")), ["ask-mail"], "it was announced");
  accept(machine);
  const [hello] = bytes(machine, "EHLO a.example\r\n");
  const lines = hello?.type === "reply" ? hello.reply.lines : [];
  assert.deepEqual(
    ["SIZE 500", "8BITMIME", "DSN", "SMTPUTF8"].map((line) => lines.includes(line)),
    [true, true, false, false],
  );
  assert.equal(
    said(bytes(machine, "MAIL FROM:<> RET=HDRS\r\n")),
    said(bytes(machineAt("ready"), "MAIL FROM:<> X=1\r\n")),
  );
});

test("what an upstream refuses is no error of the client's", () => {
  const machine = machineAt("ready");
  const refusal = { cause: "upstream-refused", reply: reply(550, "5.1.1", "nobody"), relayed: true } as const;
  for (let at = 0; at <= driveSettings.maxErrors; at += 1) {
    bytes(machine, "MAIL FROM:<>\r\n");
    assert.deepEqual(short(answer(machine, { accepted: false, refusal })), ["550"]);
  }
});
