// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { type TestContext, test } from "node:test";
import { MemoryMailboxes } from "../../test/support/memory-mailboxes.ts";
import { limits } from "../base/limits.ts";
import { SecretBytes } from "../base/secret.ts";
import { MailboxRegistry } from "./registry.ts";
import { PullSignIn } from "./sign-in.ts";
import { LocalSignInGate } from "./sign-in-gate.ts";

const workFactor = 10;
const unknown = `mbx-${"0".repeat(32)}`;

async function openSignIn() {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const store = new MemoryMailboxes();
  const registry = new MailboxRegistry({ store, recipientKind: "x25519", workFactor, clock });
  const { mailbox, password } = await registry.create({ name: "a" });
  const signIn = new PullSignIn({
    table: store.mailboxes,
    workFactor,
    decoyKey: Buffer.alloc(32),
    gate: new LocalSignInGate(clock),
  });
  return { registry, mailbox, password, signIn, passMs: (ms: number) => (nowMs += ms) };
}

/** Work factors of every key derivation from here on; a second look at what runs, beside the answers. */
function watchDerivations(context: TestContext): number[] {
  const seen: number[] = [];
  const real = crypto.scrypt;
  const watched = context.mock.method(crypto, "scrypt", (...args: Parameters<typeof real>) => {
    seen.push(Number(args[3].N));
    real(...args);
  });
  syncBuiltinESMExports();
  context.after(() => {
    watched.mock.restore();
    syncBuiltinESMExports();
  });
  return seen;
}

test("the user is a mailbox id in any letter case, with or without a domain", async () => {
  const { mailbox, password, signIn } = await openSignIn();
  for (const user of [mailbox.id, mailbox.id.toUpperCase(), `${mailbox.id}@archive.example`]) {
    const answer = await signIn.signIn(user, password, "192.0.2.1");
    assert.equal(answer.outcome, "ok");
    assert.ok(answer.outcome === "ok" && answer.identity.recipient === mailbox.recipient.text);
  }
});

test("a suspended mailbox can be pulled", async () => {
  const { registry, mailbox, password, signIn } = await openSignIn();
  await registry.suspend(mailbox.id);
  assert.equal((await signIn.signIn(mailbox.id, password, "192.0.2.1")).outcome, "ok");
});

test("unknown mailbox, no mailbox id and wrong password get one answer for the same work", async (context) => {
  const { mailbox, signIn } = await openSignIn();
  const wrong = SecretBytes.fromText("wrong");
  // The first one may have to wait for the decoy that is made at the start.
  await signIn.signIn(unknown, wrong, "192.0.2.9");
  const derivations = watchDerivations(context);
  for (const user of [mailbox.id, unknown, "alice", ""]) {
    assert.deepEqual(await signIn.signIn(user, wrong, "192.0.2.1"), { outcome: "denied" });
  }
  assert.deepEqual(derivations, [1024, 1024, 1024, 1024]);
});

test("an unknown mailbox costs what some mailbox costs, always the same, and each cost as often as mailboxes have it", async (context) => {
  const clock = { nowMs: () => 0, monotonicMs: () => 0 };
  const store = new MemoryMailboxes();
  // One mailbox in four was made with another work factor, as one with a chosen password is.
  for (const factor of [10, 10, 10, 11]) {
    const registry = new MailboxRegistry({ store, recipientKind: "x25519", workFactor: factor, clock });
    await registry.create({ name: "a" });
  }
  const signIn = new PullSignIn({
    table: store.mailboxes,
    workFactor,
    decoyKey: Buffer.alloc(32),
    gate: new LocalSignInGate(clock),
  });
  const wrong = SecretBytes.fromText("wrong");
  const names = Array.from({ length: 80 }, (_, number) => `mbx-${number.toString(16).padStart(32, "0")}`);
  const derivations = watchDerivations(context);
  const round = async (): Promise<readonly number[]> => {
    for (const [at, name] of names.entries()) await signIn.signIn(name, wrong, `192.0.2.${at}`);
    return derivations.splice(0);
  };
  const first = await round();
  assert.deepEqual(await round(), first);
  const dear = first.filter((cost) => cost === 2 ** 11).length;
  assert.equal(first.filter((cost) => cost === 2 ** 10).length, names.length - dear);
  // 20 are expected, give or take.
  assert.ok(dear >= 10 && dear <= 30, `${dear} of ${names.length}`);
});

test("an address that failed too often is refused before any work, with the right password too", async (context) => {
  const { mailbox, password, signIn, passMs } = await openSignIn();
  const wrong = SecretBytes.fromText("wrong");
  for (let failure = 0; failure < limits.passwordFailuresPerAddress; failure++) {
    assert.equal((await signIn.signIn(mailbox.id, wrong, "2001:db8::1")).outcome, "denied");
  }
  const derivations = watchDerivations(context);
  // Another address of the same /64 is the same host.
  assert.equal((await signIn.signIn(mailbox.id, password, "2001:db8::2")).outcome, "throttled");
  assert.equal(derivations.length, 0);
  assert.equal((await signIn.signIn(mailbox.id, password, "2001:db8:0:1::1")).outcome, "ok");
  passMs(limits.passwordFailureWindowMs);
  assert.equal((await signIn.signIn(mailbox.id, password, "2001:db8::1")).outcome, "ok");
});

test("attempts that are made all at once do not get past the throttle", async () => {
  const { mailbox, signIn } = await openSignIn();
  const wrong = SecretBytes.fromText("wrong");
  const attempts = Array.from({ length: 40 }, () => signIn.signIn(mailbox.id, wrong, "192.0.2.1"));
  const denied = (await Promise.all(attempts)).filter(({ outcome }) => outcome === "denied").length;
  // Those that run at the same time cannot know of one another's failure.
  const most = limits.passwordFailuresPerAddress + limits.passwordChecksAtOnce - 1;
  assert.ok(denied >= limits.passwordFailuresPerAddress && denied <= most, `${denied} were looked at`);
});

test("beyond those that run and wait, the answer is busy; nothing is counted as a failure", async () => {
  const { mailbox, password, signIn } = await openSignIn();
  const room = limits.passwordChecksAtOnce + limits.passwordChecksWaiting;
  const attempts = Array.from({ length: room + 1 }, (_, at) => signIn.signIn(mailbox.id, password, `192.0.2.${at}`));
  const outcomes = (await Promise.all(attempts)).map(({ outcome }) => outcome);
  assert.equal(outcomes.at(-1), "busy");
  assert.ok(outcomes.slice(0, -1).every((outcome) => outcome === "ok"));
  assert.equal((await signIn.signIn(mailbox.id, password, "192.0.2.1")).outcome, "ok");
});

test("an identity file that is damaged is a fault, not a wrong password", async () => {
  const store = new MemoryMailboxes();
  const clock = { nowMs: () => 0, monotonicMs: () => 0 };
  const registry = new MailboxRegistry({ store, recipientKind: "x25519", workFactor, clock });
  const { mailbox, password } = await registry.create({ name: "a" });
  const row = store.rows.get(mailbox.id);
  assert.ok(row);
  store.rows.set(mailbox.id, { ...row, identityFile: row.identityFile.subarray(0, -1) });
  const signIn = new PullSignIn({
    table: store.mailboxes,
    workFactor,
    decoyKey: Buffer.alloc(32),
    gate: new LocalSignInGate(clock),
  });
  await assert.rejects(signIn.signIn(mailbox.id, password, "192.0.2.1"), { code: "seal/damaged-payload" });
});
