// SPDX-License-Identifier: Apache-2.0
import type { SecretBytes } from "../../base/secret.ts";

/** What a client signs in with. Whoever takes credentials wipes their secret when it is no longer needed. */
export type Credentials = PasswordCredentials | TokenCredentials;

/** PLAIN (RFC 4616), LOGIN, and USER/PASS of POP3. */
export interface PasswordCredentials {
  readonly kind: "password";
  readonly userName: string;
  /** The octets as sent: whether they are UTF-8 is for the server that checks them to say. */
  readonly password: SecretBytes;
}

/** XOAUTH2 and OAUTHBEARER (RFC 7628): a bearer token. */
export interface TokenCredentials {
  readonly kind: "token";
  readonly userName: string;
  readonly token: SecretBytes;
}

/** The password or the token, for whoever treats them alike: to wipe them, or to pass them on. */
export function secretOf(credentials: Credentials): SecretBytes {
  return credentials.kind === "password" ? credentials.password : credentials.token;
}
