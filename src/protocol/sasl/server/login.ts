// SPDX-License-Identifier: Apache-2.0
import { SecretBytes } from "../../../base/secret.ts";
import { malformed, type SaslMechanism, type SaslStep } from "./exchange.ts";
import { readUserName } from "./user-name.ts";

/**
 * LOGIN, never standardised (draft-murchison-sasl-login) but the only mechanism of many devices and of classic Outlook.
 * The challenges are compared literally by some clients. An initial response is the user name.
 */
export const login: SaslMechanism = {
  name: "LOGIN",
  refusalChallenge: undefined,
  begin: (initialResponse) =>
    initialResponse === undefined
      ? { kind: "challenge", challenge: "Username:", next: takeUserName }
      : takeUserName(initialResponse),
};

function takeUserName(response: Buffer): SaslStep {
  const userName = readUserName(response);
  if (userName === undefined) return malformed;
  return { kind: "challenge", challenge: "Password:", next: (password) => takePassword(userName, password) };
}

function takePassword(userName: string, response: Buffer): SaslStep {
  if (response.length === 0) return malformed;
  const password = SecretBytes.own(Buffer.from(response));
  response.fill(0);
  return { kind: "credentials", credentials: { kind: "password", userName, password } };
}
