// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { Socket } from "node:net";
import { beforeEach, test } from "node:test";
import type { Clock } from "../base/clock.ts";
import { systemClock } from "../base/clock.ts";
import { generateMailboxId } from "../base/ids.ts";
import { SecretBytes } from "../base/secret.ts";
import { loadConfig } from "../config/load.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { parsePeerList } from "../mailbox/peers.ts";
import type { LogFields } from "../observe/log.ts";
import { formatTarget, type Target } from "../protocol/proxy-user-name.ts";
import type { Credentials } from "../protocol/sasl/credentials.ts";
import { generateIdentity } from "../seal/identity.ts";
import { parseRecipient } from "../seal/keys.ts";
import type { Readiness } from "../store/contract.ts";
import type { DialResult } from "../upstream/dial.ts";
import { failure } from "../upstream/failure.ts";
import { createProxyUpstreams, type ProxyUpstreams } from "../upstream/proxy-upstreams.ts";
import { UpstreamConnection } from "../upstream/upstream-connection.ts";
import { DenialPace } from "./denial-pace.ts";
import { signInThroughProxy } from "./proxy-sign-in.ts";

const mailbox: Mailbox = {
  id: generateMailboxId(),
  name: "test",
  description: "",
  state: "active",
  recipient: parseRecipient(generateIdentity("x25519").recipient),
  allowedPeers: parsePeerList([]),
  requireTls: true,
  createdAtMs: 0,
  purpose: "other",
  allowedTargets: ["*.example.com"],
  mostWaitingBytes: undefined,
  settings: {},
};
const user = `user%domain@hoster%mail.example.com:465%${mailbox.id}`;

type Result = DialResult<string, string, string>;
const wrong: Result = { kind: "refused", verdict: "535", blames: "credentials" };
const welcome: Result = {
  kind: "signed-in",
  connection: new UpstreamConnection(new Socket(), { address: "192.0.2.9", port: 465 }),
  machine: "machine",
  offer: "offer",
  door: { port: 465, tls: "implicit" },
  mechanism: "PLAIN",
  verdict: "235",
};

let nowMs: number;
let state: Mailbox["state"];
let readiness: Readiness;
let upstreams: ProxyUpstreams;
let waited: number[];
let asked: string[];
let logged: Record<string, unknown>[];
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

beforeEach(async () => {
  nowMs = 0;
  state = "active";
  readiness = "ready";
  waited = [];
  asked = [];
  logged = [];
  const made = await createProxyUpstreams(loadConfig({ environment: {} }), { clock });
  assert.ok(made !== undefined);
  upstreams = made;
});

/** One attempt; the upstream, when it is asked, takes 300 ms and says `answer`. */
async function signIn(userName: string, answer: Result, { password = "right", client = "198.51.100.7" } = {}) {
  const secret = SecretBytes.fromText(password);
  const stages = {
    upstreams,
    pace: new DenialPace(() => 0.5),
    findMailbox: (id: string) => (id === mailbox.id ? { ...mailbox, state } : undefined),
    readiness: () => readiness,
    clock,
    wait: async (ms: number) => {
      waited.push(ms);
    },
  };
  const log = {
    event: (code: string, fields: LogFields = {}) => {
      logged.push({ code, ...fields });
    },
    with: () => log,
  };
  const dial = async (
    target: Target,
    { userName: remote }: Credentials,
    allowed: readonly string[],
  ): Promise<Result> => {
    assert.deepEqual(allowed, mailbox.allowedTargets, "what the mailbox leaves of the targets goes along");
    asked.push(`${remote} at ${formatTarget(target)} with ${secret.expose().toString()}`);
    nowMs += 300;
    return answer;
  };
  const credentials = { kind: "password", userName, password: secret } as const;
  const result = await signInThroughProxy(stages, { credentials, clientAddress: client, log }, dial);
  assert.deepEqual([...secret.expose()], [...Buffer.alloc(password.length)], "the password is wiped");
  assert.ok(!JSON.stringify(logged).includes(password), "no credential in the log (I5)");
  return result;
}

test("the remote user signs in at the target, with the password as it is", async () => {
  const result = await signIn(user, welcome);
  assert.equal(result.kind, "signed-in");
  assert.ok(result.kind === "signed-in" && result.mailbox.id === mailbox.id);
  assert.deepEqual(asked, ["user%domain@hoster at mail.example.com:465 with right"]);
  assert.deepEqual(logged[0]?.["code"], "proxy/signed-in");
});

test("a name that is not of the form reaches nobody, and its answer shows the form", async () => {
  for (const name of ["user", "user@mail.example.com", `user%${mailbox.id}`, `%mail.example.com%${mailbox.id}`]) {
    const result = await signIn(name, welcome);
    assert.ok(result.kind === "malformed" && result.text.includes("user%server%mailbox-id"), name);
  }
  assert.deepEqual(asked, []);
});

test("an unknown mailbox, a target that is not allowed and a password refused before look and last alike", async () => {
  const unknown = await signIn(`user%mail.example.com%${generateMailboxId()}`, welcome);
  assert.deepEqual(unknown, { kind: "denied", cause: "unknown-mailbox" });
  assert.deepEqual(asked, [], "nobody reaches an upstream without a mailbox (I3)");
  const elsewhere = await signIn(user, failure("target-refused", "no", "mail.example.com"));
  assert.deepEqual(elsewhere, { kind: "denied", cause: "target-refused" });
  assert.equal((await signIn(user, wrong, { password: "wrong" })).kind, "refused");
  const again = await signIn(user, wrong, { password: "wrong" });
  assert.deepEqual(again, { kind: "denied", cause: "refused-before" });
  assert.equal(asked.length, 2, "what was refused is not asked again");
  assert.deepEqual(waited, [1200, 900, 1200], "each takes the time of an upstream, 300 ms of it spent by dialling");
});

test("nothing can be recorded: a temporary refusal, and the upstream is not asked (I3, I7)", async () => {
  state = "suspended";
  assert.deepEqual(await signIn(user, welcome), { kind: "unavailable", cause: "mailbox-suspended" });
  assert.deepEqual(waited, [1200], "a suspended mailbox takes as long as an unknown one");
  state = "active";
  readiness = "disk-low";
  assert.deepEqual(await signIn(user, welcome), { kind: "unavailable", cause: "disk-low" });
  readiness = "failing";
  assert.deepEqual(await signIn(user, welcome), { kind: "unavailable", cause: "store-failing" });
  assert.deepEqual(asked, []);
});

test("five wrong passwords for an account and the upstream is left alone, from every address", async () => {
  for (let at = 0; at < 5; at += 1) {
    assert.equal((await signIn(user, wrong, { password: `wrong${at}`, client: `198.51.100.${at}` })).kind, "refused");
  }
  assert.deepEqual(await signIn(user, welcome), { kind: "throttled" });
  assert.equal(asked.length, 5);
  nowMs += 901_000;
  assert.equal((await signIn(user, welcome)).kind, "signed-in");
});

test("an upstream in trouble is no failed password", async () => {
  for (let at = 0; at < 8; at += 1) {
    const result = await signIn(
      user,
      failure("unreachable", "mail.example.com:465 cannot be reached", "mail.example.com"),
    );
    assert.equal(result.kind, "failed");
  }
  assert.equal((await signIn(user, welcome)).kind, "signed-in");
});

test("the stop of the gateway ends a sign-in that waits for its upstream", async () => {
  const answer = Promise.withResolvers<Result>();
  const stages = {
    upstreams,
    pace: new DenialPace(),
    findMailbox: () => mailbox,
    readiness: () => readiness,
    clock: systemClock,
  };
  const credentials = { kind: "password", userName: user, password: SecretBytes.fromText("right") } as const;
  const log = { event: () => undefined, with: () => log };
  const result = signInThroughProxy(stages, { credentials, clientAddress: "192.0.2.1", log }, () => answer.promise);
  upstreams.stop();
  assert.deepEqual(await result, { kind: "unavailable", cause: "stopping" });
  const socket = new Socket();
  answer.resolve({ ...welcome, connection: new UpstreamConnection(socket, { address: "192.0.2.9", port: 465 }) });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(socket.destroyed, true, "a connection that came too late is closed");
});
