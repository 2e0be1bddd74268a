// SPDX-License-Identifier: Apache-2.0

type Options = Readonly<Record<string, unknown>>;

export type PasskeyOutcome<T> =
  | { readonly outcome: "done"; readonly answer: T }
  /** The person closed the window of the browser, or had no such passkey; the browser does not tell which. */
  | { readonly outcome: "given-up" };

/** Whether this browser knows passkeys and the forms that they are sent in. */
export function knowsPasskeys(): boolean {
  return "PublicKeyCredential" in globalThis && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Has the browser make a passkey, by options of the gateway. */
export async function makePasskey(options: Options) {
  return outcomeOf(async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the browser throws for what are no options
    const json = options as unknown as PublicKeyCredentialCreationOptionsJSON;
    const made = await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json),
    });
    if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAttestationResponse)) {
      return undefined;
    }
    const { clientDataJSON, attestationObject } = made.response;
    return {
      ...namesOf(made),
      response: {
        clientDataJSON: base64Url(clientDataJSON),
        attestationObject: base64Url(attestationObject),
        transports: made.response.getTransports(),
      },
    };
  });
}

/** Has the browser sign with a passkey that is there, by options of the gateway. */
export async function showPasskey(options: Options) {
  return outcomeOf(async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the browser throws for what are no options
    const json = options as unknown as PublicKeyCredentialRequestOptionsJSON;
    const shown = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) });
    if (!(shown instanceof PublicKeyCredential) || !(shown.response instanceof AuthenticatorAssertionResponse)) {
      return undefined;
    }
    const { clientDataJSON, authenticatorData, signature } = shown.response;
    return {
      ...namesOf(shown),
      response: {
        clientDataJSON: base64Url(clientDataJSON),
        authenticatorData: base64Url(authenticatorData),
        signature: base64Url(signature),
      },
    };
  });
}

async function outcomeOf<T>(ask: () => Promise<T | undefined>): Promise<PasskeyOutcome<T>> {
  try {
    const answer = await ask();
    return answer === undefined ? { outcome: "given-up" } : { outcome: "done", answer };
  } catch (error) {
    if (error instanceof DOMException) return { outcome: "given-up" };
    throw error;
  }
}

function namesOf({ id }: PublicKeyCredential) {
  return { id, rawId: id, type: "public-key" as const };
}

function base64Url(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCodePoint(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
