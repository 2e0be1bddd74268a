// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { failure } from "../upstream/failure.ts";
import { refusalFor } from "./pop3-proxy-door.ts";

type Result = Parameters<typeof refusalFor>[0];

/** `code text` as a client sees it. */
function told(result: Result): string {
  const { code, text } = refusalFor(result);
  return `${code} ${text}`;
}

function upstreamSays(code: string | undefined, text: string, blames: "credentials" | "upstream"): Result {
  return { kind: "refused", verdict: { ok: false, code, text }, blames };
}

test("wrong password, refused target and a password refused before are told alike", () => {
  const texts = [
    told(upstreamSays("AUTH", "[AUTH] no user anna here", "credentials")),
    told(upstreamSays(undefined, "go away", "credentials")),
    told({ kind: "denied", cause: "target-refused" }),
    told({ kind: "denied", cause: "refused-before" }),
  ];
  assert.deepEqual(new Set(texts), new Set(["AUTH The server does not accept the user name or password"]));
});

test("an unknown mailbox, a suspended one and trouble of ours are told alike, to be tried again", () => {
  const texts = [
    told({ kind: "denied", cause: "unknown-mailbox" }),
    ...(["mailbox-suspended", "disk-low", "store-failing", "stopping"] as const).map((cause) =>
      told({ kind: "unavailable", cause }),
    ),
  ];
  assert.equal(new Set(texts).size, 1);
  assert.match(texts[0] ?? "", /^SYS\/TEMP /);
});

test("what the upstream says of its own state goes on with its code (RFC 2449 §8.1, RFC 3206 §4)", () => {
  assert.equal(told(upstreamSays("IN-USE", "[IN-USE] another session", "upstream")), "IN-USE another session");
  assert.equal(told(upstreamSays("LOGIN-DELAY", "[LOGIN-DELAY] wait", "upstream")), "LOGIN-DELAY wait");
  assert.equal(told(upstreamSays("SYS/PERM", "[SYS/PERM] ask somebody", "upstream")), "SYS/PERM ask somebody");
  // A good-bye without a code, and codes that nobody knows, say nothing about the password.
  assert.equal(told(upstreamSays(undefined, "too busy\u0007 \u{1f600}", "upstream")), "SYS/TEMP too busy? ??");
  assert.equal(told(upstreamSays("X-ODD", "[X-ODD] odd", "upstream")), "SYS/TEMP odd");
});

test("an upstream that cannot be used is never a wrong password, and the text helps an administrator", () => {
  const expired = failure(
    "certificate-expired",
    "the certificate of mail.example expired on 2020-01-01",
    "mail.example",
  );
  assert.equal(told(expired), "SYS/TEMP the certificate of mail.example expired on 2020-01-01");
  const down = failure("unreachable", "192.0.2.7:995 refused the connection", "mail.example");
  assert.equal(told(down), "SYS/TEMP the server mail.example cannot be used now");
  assert.equal(told({ kind: "throttled" }), "SYS/TEMP Too many sign-ins have failed or are under way, try again later");
  assert.equal(told({ kind: "malformed", text: "the form" }), "AUTH the form");
});
