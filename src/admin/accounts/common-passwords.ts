// SPDX-License-Identifier: Apache-2.0

const words = `
  abcdefghijklmnopqrstuvwxyz administrator ichliebedich sonnenschein 1q2w3e4r5t6y 1qaz2wsx3edc deutschland
  01234567890 willkommen basketball sweetheart qwertyuiop qwertzuiop abcdefghij aa12345678 q1w2e3r4t5 1234567890
  0987654321 spiderman liverpool barcelona chocolate butterfly passwort1 australia lightning asdfghjkl 987654321
  123456789 147258369 789456123 password passwort passw0rd p@ssw0rd p@ssword pa55word changeme trustno1 iloveyou
  sunshine princess football fussball baseball superman starwars whatever computer internet michelle jennifer
  mercedes corvette juventus dortmund december dezember babygirl muenchen garfield 1q2w3e4r 1qaz2wsx zaq12wsx
  a1b2c3d4 12345678 postern archive gateway letmein welcome default jessica charlie michael matthew anthony natasha
  testing pokemon pikachu mustang ferrari porsche chelsea arsenal schalke freedom freitag january forever hamburg
  newyork america phoenix thunder diamond crystal zxcvbnm yxcvbnm abcdefg 1234567 thomas daniel andrew joshua robert
  jordan hunter ashley amanda nicole dragon monkey master shadow secret geheim access killer soccer hockey batman
  naruto yamaha harley bayern summer sommer winter spring autumn herbst monday montag friday januar cookie cheese
  banana orange purple silver golden flower heaven lovely schatz berlin london canada mexico christ matrix ginger
  pepper buster tigger snoopy mickey minnie qazwsx 1q2w3e qwerty qwertz azerty asdfgh zxcvbn abcdef abc123 123456
  654321 112233 121212 131313 696969 159753 admin hallo hello login angel jesus 12345 root test asdf 1234 0000 1111
  2222 3333 5555 6666 7777 8888 9999 abc 123 321
`;

/**
 * Words, names and rows of keys that stand at the head of every list of leaked passwords, and that the long ones among those
 * are made of; longest first, so that a longer one goes whole. Written down by us, in no order of theirs. What is left of a
 * password without them must still be long enough to try.
 */
export const commonParts: readonly string[] = words.split(/\s+/).filter((word) => word !== "");
