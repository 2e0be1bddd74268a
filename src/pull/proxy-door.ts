// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../base/connection.ts";
import type { Pop3Refusal } from "../protocol/pop3/refusal.ts";
import type { Credentials } from "../protocol/sasl/credentials.ts";

/** The recording proxy as the POP3 ports see it: one door for both, and the user name says where it leads. */
export interface ProxyDoor {
  /** Signs in at the upstream that the user name names; wipes the secret. Rejects for nothing. */
  signIn(credentials: Credentials, connection: Connection): Promise<ProxyEntry>;
}

export type ProxyEntry =
  | { readonly outcome: "refused"; readonly refusal: Pop3Refusal }
  | {
      readonly outcome: "signed-in";
      /**
       * Goes on with the conversation after the response to the sign-in, up to the end of the connection. Has to be
       * called: it closes the upstream. `pending` is what the client said behind its sign-in.
       */
      readonly serve: (pending: Buffer) => Promise<void>;
    };
