// SPDX-License-Identifier: Apache-2.0
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { PosternError } from "../../base/errors.ts";
import type { SecretBytes } from "../../base/secret.ts";

/** RFC 9106 §4, the second recommended option: 64 MiB, three passes, four lanes. */
const cost = { memoryKiB: 65_536, passes: 3, lanes: 4 } as const;
const saltBytes = 16;
const tagBytes = 32;

/** Nobody asks for more than this: a row that was tampered with must not take gigabytes. */
const mostKiB = 1_048_576;

const derive = promisify(argon2);

/** Argon2id (RFC 9106 §3.1) of a password under a fresh salt, in PHC string format. Runs off the network thread. */
export async function hashPassword(password: SecretBytes): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await derive("argon2id", parameters(password, salt, { ...cost, tagBytes }));
  return format(salt, tag);
}

/** Whether a password belongs to a hash. Throws `store/damaged` when the hash is none of ours. */
export async function verifyPassword(password: SecretBytes, encoded: string): Promise<boolean> {
  const { salt, tag, ...asked } = parse(encoded);
  const found = await derive("argon2id", parameters(password, salt, { ...asked, tagBytes: tag.length }));
  return timingSafeEqual(found, tag);
}

/** A hash that no password has, for names that nobody has: its check costs what every check costs. */
export function decoyHash(): string {
  return format(randomBytes(saltBytes), randomBytes(tagBytes));
}

interface Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
  readonly tagBytes: number;
}

function parameters(password: SecretBytes, nonce: Uint8Array, asked: Cost): Argon2Parameters {
  const { memoryKiB: memory, passes, lanes: parallelism, tagBytes: tagLength } = asked;
  return { message: password.expose(), nonce, memory, passes, parallelism, tagLength };
}

function format(salt: Buffer, tag: Buffer): string {
  const { memoryKiB, passes, lanes } = cost;
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

function parse(encoded: string): Omit<Cost, "tagBytes"> & { readonly salt: Buffer; readonly tag: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    encoded,
  );
  const [, memoryKiB, passes, lanes, salt = "", tag = ""] = match ?? [];
  if (match === null || Number(memoryKiB) > mostKiB) throw new PosternError("store/damaged", "the hash of a password");
  return {
    memoryKiB: Number(memoryKiB),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
