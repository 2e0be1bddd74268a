// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { test } from "node:test";
import { MemoryAccounts } from "../../../test/support/memory-accounts.ts";
import { silentLog } from "../../observe/log.ts";
import { accountStages } from "../accounts/account-stages.ts";
import { FactorVault } from "../accounts/factor-vault.ts";
import { totpCode, totpStep } from "../accounts/totp.ts";
import { passkeySite } from "./passkeys.ts";
import { SecondFactorSignIn } from "./second-factor-sign-in.ts";

const nowMs = Date.UTC(2026, 0, 1);
const clock = { nowMs: () => nowMs, monotonicMs: () => 0 };
const secret = Uint8Array.from(Buffer.from("12345678901234567890"));

test("one code with two tickets at the very same moment signs in once", async () => {
  const store = new MemoryAccounts();
  const stages = accountStages(store, { clock, log: silentLog });
  const vault = new FactorVault(createSecretKey(Buffer.alloc(32, 1)));
  const asker = { actor: "cli:root", origin: "test" };
  const password = "grüne Eulen lesen nachts";
  const account = await stages.accounts.create(asker, { name: "anna", role: "operator", password });
  const owner = { id: "fac-1", account: "anna" };
  const sealed = vault.seal(owner, { kind: "totp", secret, lastStep: -1 });
  const row = { ...owner, kind: "totp", name: "phone", createdAtMs: 0, lastUsedAtMs: null, sealed };
  await stages.factors.change(asker, { action: "x", subject: "anna" }, [{ kind: "put-factor", row }]);
  const signIn = new SecondFactorSignIn({ ...stages, vault, clock });
  const wanted = [await signIn.begin(account, undefined), await signIn.begin(account, undefined)];
  const proof = { kind: "totp", code: totpCode(secret, totpStep(nowMs)) } as const;
  const both = await Promise.allSettled(wanted.map((each) => signIn.finish(each?.ticket ?? "", proof, "127.0.0.1")));
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

test("a site is a host name; addresses, and what only looks like one, are none", () => {
  const any = (): boolean => true;
  assert.deepEqual(passkeySite("Archive.Example:8450", any), {
    name: "archive.example",
    origin: "https://archive.example:8450",
  });
  assert.deepEqual(passkeySite("archive.example:443", any)?.origin, "https://archive.example");
  const none = [undefined, "", "127.0.0.1:8450", "[::1]:8450", "2130706433", "a@archive.example", "archive.example/x"];
  for (const host of none) assert.equal(passkeySite(host, any), undefined, host);
  assert.equal(
    passkeySite("archive.example", () => false),
    undefined,
  );
});
