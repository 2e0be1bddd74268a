// SPDX-License-Identifier: Apache-2.0
import { bearerStep, readPairs } from "./bearer.ts";
import { malformed, type SaslMechanism, type SaslStep } from "./exchange.ts";

/** XOAUTH2 as Google and Microsoft describe it: `user=…^Aauth=Bearer …^A^A`, the forerunner of OAUTHBEARER. */
export const xoauth2: SaslMechanism = {
  name: "XOAUTH2",
  refusalChallenge: '{"status":"400","schemes":"Bearer"}',
  begin: (initialResponse) =>
    initialResponse === undefined
      ? { kind: "challenge", challenge: "", next: takeMessage }
      : takeMessage(initialResponse),
};

function takeMessage(message: Buffer): SaslStep {
  const pairs = readPairs(message);
  const user = pairs?.get("user");
  const step = user === undefined ? malformed : bearerStep(user, pairs?.get("auth"));
  message.fill(0);
  return step;
}
