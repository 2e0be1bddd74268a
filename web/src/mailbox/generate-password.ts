// SPDX-License-Identifier: Apache-2.0

/** As `src/mailbox/password.ts` of the gateway has alphabet and groups; a test holds the two together. */
export const passwordAlphabet = "23456789abcdefghjkmnpqrstuvwxyz";
const groups = 7;
const groupLength = 4;

/** From this octet on, the first characters of the alphabet would come once more often than the others. */
const firstUneven = 256 - (256 % passwordAlphabet.length);

type Fill = (octets: Uint8Array<ArrayBuffer>) => Uint8Array;

/** A mailbox password, made where it is shown, so that no lost answer takes it along. */
export function generatePassword(fill: Fill = (octets) => crypto.getRandomValues(octets)): string {
  const group = (): string => Array.from({ length: groupLength }, () => randomCharacter(fill)).join("");
  return Array.from({ length: groups }, group).join("-");
}

function randomCharacter(fill: Fill): string {
  for (;;) {
    const [octet = firstUneven] = fill(new Uint8Array(1));
    if (octet < firstUneven) return passwordAlphabet.charAt(octet % passwordAlphabet.length);
  }
}
