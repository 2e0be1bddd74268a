// SPDX-License-Identifier: Apache-2.0
import { isIP } from "node:net";
import { z } from "zod";
import type { ContentOf } from "../accounts/factor-vault.ts";

/** Where a browser reaches the console: what a passkey is bound to. */
export interface PasskeySite {
  /** The host name alone: the relying party identifier of WebAuthn. */
  readonly name: string;
  readonly origin: string;
}

type Passkey = ContentOf<"passkey">;

/** EdDSA, ES256 and RS256: what every authenticator has one of. */
const algorithms = [-8, -7, -257] as const;

const text = z.base64url().max(16_384);
const extensions = z.record(z.string(), z.unknown());

/** What `navigator.credentials.create` gives, as JSON. Further fields are not looked at. */
export const creationAnswer = z.object({
  id: text,
  rawId: text,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.string().max(20)).max(10).default([]),
  }),
  clientExtensionResults: extensions.default({}),
});

/** What `navigator.credentials.get` gives, as JSON. */
export const requestAnswer = z.object({
  id: text,
  rawId: text,
  type: z.literal("public-key"),
  response: z.object({ clientDataJSON: text, authenticatorData: text, signature: text }),
  clientExtensionResults: extensions.default({}),
});

/**
 * The site of a request by its Host header, when passkeys can be used there: at a host name, not an address (WebAuthn knows
 * none), and at one that is the gateway's own: whoever leads another name here must not get passkeys made for it.
 */
export function passkeySite(host: string | undefined, isOwnName: (name: string) => boolean): PasskeySite | undefined {
  const url = host === undefined ? undefined : URL.parse(`https://${host}`);
  if (url === null || url === undefined || url.host !== host?.toLowerCase().replace(/:443$/, "")) return undefined;
  const name = url.hostname;
  if (name.startsWith("[") || isIP(name) !== 0 || !isOwnName(name)) return undefined;
  return { name, origin: url.origin };
}

/** Options for `navigator.credentials.create`; `existing` are not made a second time. */
export async function creationOptions(
  site: PasskeySite,
  account: string,
  existing: readonly Passkey[],
): Promise<{ readonly options: Readonly<Record<string, unknown>>; readonly challenge: string }> {
  // Loaded here: a gateway whose people have no passkeys starts sooner.
  const { generateRegistrationOptions } = await import("@simplewebauthn/server");
  const options = await generateRegistrationOptions({
    rpName: "Postern",
    rpID: site.name,
    userName: account,
    userDisplayName: account,
    // Who made the authenticator is nobody's business here.
    attestationType: "none",
    excludeCredentials: existing.map(descriptor),
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
    supportedAlgorithmIDs: [...algorithms],
  });
  return { options: { ...options }, challenge: options.challenge };
}

/** The passkey that was made; `undefined` when the answer does not fit challenge, site, or the wish to know the person. */
export async function checkCreation(
  answer: z.output<typeof creationAnswer>,
  { site, challenge }: { readonly site: PasskeySite; readonly challenge: string },
): Promise<Passkey | undefined> {
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...answer, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.name,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...algorithms],
    });
    if (!verified || registrationInfo === undefined) return undefined;
    const { id: credentialId, publicKey, counter } = registrationInfo.credential;
    const { transports } = answer.response;
    return {
      kind: "passkey",
      credentialId,
      publicKey: Uint8Array.from(publicKey),
      counter,
      transports,
      site: site.name,
    };
  } catch {
    // The library throws for each of the many ways not to fit; which one it was helps nobody but who tries.
    return undefined;
  }
}

/** Options for `navigator.credentials.get`. */
export async function requestOptions(
  site: PasskeySite,
  passkeys: readonly Passkey[],
): Promise<{ readonly options: Readonly<Record<string, unknown>>; readonly challenge: string }> {
  const { generateAuthenticationOptions } = await import("@simplewebauthn/server");
  const options = await generateAuthenticationOptions({
    rpID: site.name,
    allowCredentials: passkeys.map(descriptor),
    userVerification: "required",
  });
  return { options: { ...options }, challenge: options.challenge };
}

/** The passkey with its new counter; `undefined` when the answer is not its. */
export async function checkRequest(
  answer: z.output<typeof requestAnswer>,
  passkey: Passkey,
  { site, challenge }: { readonly site: PasskeySite; readonly challenge: string },
): Promise<Passkey | undefined> {
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  const { credentialId: id, publicKey, counter, transports } = passkey;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.name,
      credential: { id, publicKey: Uint8Array.from(publicKey), counter, transports: [...transports] },
      requireUserVerification: true,
    });
    return verified ? { ...passkey, counter: authenticationInfo.newCounter } : undefined;
  } catch {
    return undefined;
  }
}

function descriptor({ credentialId, transports }: Passkey): { readonly id: string; readonly transports: string[] } {
  return { id: credentialId, transports: [...transports] };
}
