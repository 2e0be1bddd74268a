// SPDX-License-Identifier: Apache-2.0
import { SecretBytes } from "../../../base/secret.ts";
import { denied, malformed, type SaslMechanism, type SaslStep } from "./exchange.ts";
import { readUserName } from "./user-name.ts";

/** RFC 4616 §2: `[authzid] NUL authcid NUL passwd` in one response. */
export const plain: SaslMechanism = {
  name: "PLAIN",
  refusalChallenge: undefined,
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
  const first = message.indexOf(0);
  const second = message.indexOf(0, first + 1);
  if (first < 0 || second < 0 || message.includes(0, second + 1)) return malformed;
  const userName = readUserName(message.subarray(first + 1, second));
  const password = message.subarray(second + 1);
  if (userName === undefined || password.length === 0) return malformed;
  // RFC 4616 §2: an empty authorization identity is that of the authentication identity. Nobody acts for another here.
  const authorization = message.subarray(0, first);
  if (authorization.length > 0 && !authorization.equals(message.subarray(first + 1, second))) return denied;
  return {
    kind: "credentials",
    credentials: { kind: "password", userName, password: SecretBytes.own(Buffer.from(password)) },
  };
}
