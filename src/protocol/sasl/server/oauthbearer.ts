// SPDX-License-Identifier: Apache-2.0
import { bearerStep, readPairs } from "./bearer.ts";
import { denied, malformed, type SaslMechanism, type SaslStep } from "./exchange.ts";

/** RFC 7628 §3.1: `n,a=user,^Ahost=…^Aport=…^Aauth=Bearer …^A^A`. */
export const oauthBearer: SaslMechanism = {
  name: "OAUTHBEARER",
  // RFC 7628 §3.2.2: the status of RFC 6750 §3.1.
  refusalChallenge: '{"status":"invalid_token","schemes":"bearer"}',
  begin: (initialResponse) =>
    initialResponse === undefined
      ? { kind: "challenge", challenge: "", next: takeMessage }
      : takeMessage(initialResponse),
};

function takeMessage(message: Buffer): SaslStep {
  const step = readMessage(message);
  message.fill(0);
  return step;
}

function readMessage(message: Buffer): SaslStep {
  const headerEnd = message.indexOf(1);
  if (headerEnd < 0) return malformed;
  // RFC 5801 §4: channel binding flag, authorization identity, each with a comma behind it.
  const header = /^([ny]),(?:a=([^,]*))?,$/.exec(message.toString("latin1", 0, headerEnd));
  const pairs = readPairs(message.subarray(headerEnd + 1));
  if (header === null || pairs === undefined) return malformed;
  // Without the identity a token says nothing that we could find an upstream or a mailbox by.
  if (header[2] === undefined) return denied;
  const userName = decodeSaslName(header[2]);
  return userName === undefined ? malformed : bearerStep(userName, pairs.get("auth"));
}

/** RFC 5801 §4: `=2C` is a comma and `=3D` an equals sign; no other `=` may stand there. */
function decodeSaslName(text: string): Buffer | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return Buffer.from(text.replaceAll("=2C", ",").replaceAll("=3D", "="), "latin1");
}
