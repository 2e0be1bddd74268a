// SPDX-License-Identifier: Apache-2.0
import { secretOf } from "../credentials.ts";
import { cancel, respond, type SaslContext, type SaslMechanism, type SaslStep } from "./mechanism.ts";

/** PLAIN (RFC 4616 §2) with an empty authorization identity: the server derives it from the user name. */
export function plain({ credentials }: SaslContext): SaslMechanism {
  const message = Buffer.concat([Buffer.from(`\0${credentials.userName}\0`, "utf8"), secretOf(credentials).expose()]);
  return {
    name: "PLAIN",
    initialResponse: message,
    mayEnd: true,
    credentialShown: true,
    challenge: () => cancel("PLAIN: a challenge behind the only message"),
    derived: noDerivation,
  };
}

/**
 * LOGIN: the user name, then the password, each after a challenge. The challenges' texts differ between servers
 * ("Username:", "User Name"), so their order counts, not their words.
 */
export class LoginMechanism implements SaslMechanism {
  readonly name = "LOGIN";
  readonly initialResponse = undefined;
  readonly derived = noDerivation;
  readonly #context: SaslContext;
  #sent: "nothing" | "user" | "password" = "nothing";

  constructor(context: SaslContext) {
    this.#context = context;
  }

  get mayEnd(): boolean {
    return this.#sent === "password";
  }

  get credentialShown(): boolean {
    return this.#sent === "password";
  }

  challenge(): SaslStep {
    const { credentials } = this.#context;
    switch (this.#sent) {
      case "nothing":
        this.#sent = "user";
        return respond(Buffer.from(credentials.userName, "utf8"));
      case "user":
        this.#sent = "password";
        return respond(Buffer.from(secretOf(credentials).expose()));
      case "password":
        return cancel("LOGIN: a challenge behind the password");
    }
  }
}

/** CRAM-MD5 (RFC 2195 §2): user name, blank, HMAC-MD5 of the challenge under the password in hexadecimal digits. */
export class CramMd5Mechanism implements SaslMechanism {
  readonly name = "CRAM-MD5";
  readonly initialResponse = undefined;
  readonly derived = noDerivation;
  readonly #context: SaslContext;
  #answered = false;

  constructor(context: SaslContext) {
    this.#context = context;
  }

  get mayEnd(): boolean {
    return this.#answered;
  }

  get credentialShown(): boolean {
    return this.#answered;
  }

  challenge(challenge: Buffer): SaslStep {
    if (this.#answered) return cancel("CRAM-MD5: a second challenge");
    this.#answered = true;
    const { credentials, crypto } = this.#context;
    const digest = crypto.hmac("md5", secretOf(credentials).expose(), challenge).toString("hex");
    return respond(Buffer.from(`${credentials.userName} ${digest}`, "utf8"));
  }
}

function noDerivation(): SaslStep {
  return cancel("a key that was not asked for");
}
