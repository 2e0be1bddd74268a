// SPDX-License-Identifier: Apache-2.0
import { createHmac } from "node:crypto";
import { generateIdentity, wrapIdentity } from "../seal/identity.ts";
import type { MailboxTable } from "../store/contract.ts";
import { generatePassword } from "./password.ts";

export interface DecoyOptions {
  readonly table: Pick<MailboxTable, "all">;
  /** Work factor (log2 N) when there is no mailbox at all. */
  readonly workFactor: number;
  /** Secret and lasting, so that the same unknown name costs the same tomorrow. */
  readonly key: Uint8Array;
}

/** The line of an age header that names salt and work factor; the header is text. */
const scryptLine = /^-> scrypt (\S+) ([1-9][0-9]?)$/m;
const headerBytes = 200;

/**
 * What the password for an unknown mailbox is checked against: an identity that no password opens. It costs as much as
 * that of some mailbox here, each cost as often as mailboxes have it, and always the same for one name: who measures
 * the time learns how mailboxes are spread, never whether this one is there.
 */
export class Decoy {
  readonly #options: DecoyOptions;
  readonly #file: Promise<string>;
  readonly #known = new WeakMap<Uint8Array, number>();

  constructor(options: DecoyOptions) {
    this.#options = options;
    this.#file = makeFile();
    // A fault is met where the decoy is used; until then it must not end the process.
    this.#file.catch(() => undefined);
  }

  /** An identity file that no password opens, for the name that somebody gave. */
  async fileFor(name: string): Promise<Uint8Array> {
    const file = await this.#file;
    const workFactor = this.#workFactorFor(name);
    // With another work factor the key is another one, so it opens to nobody all the more.
    return Buffer.from(file.replace(scryptLine, `-> scrypt $1 ${workFactor}`), "latin1");
  }

  #workFactorFor(name: string): number {
    const factors = this.#options.table.all().map(({ identityFile }) => this.#workFactorOf(identityFile));
    const digest = createHmac("sha256", this.#options.key).update(name.toLowerCase()).digest();
    // 48 bits as a part of 1, which picks from the factors in rising order: a new mailbox moves few names.
    const part = digest.readUIntBE(0, 6) / 2 ** 48;
    return factors.toSorted((a, b) => a - b)[Math.floor(part * factors.length)] ?? this.#options.workFactor;
  }

  #workFactorOf(identityFile: Uint8Array): number {
    const known = this.#known.get(identityFile);
    if (known !== undefined) return known;
    const head = Buffer.from(identityFile.subarray(0, headerBytes)).toString("latin1");
    const workFactor = Number(scryptLine.exec(head)?.[2] ?? this.#options.workFactor);
    this.#known.set(identityFile, workFactor);
    return workFactor;
  }
}

/** Made with the least work, for only its form matters. */
async function makeFile(): Promise<string> {
  const { identity } = generateIdentity("x25519");
  const password = generatePassword();
  try {
    return Buffer.from(await wrapIdentity(identity, password, 1)).toString("latin1");
  } finally {
    identity.wipe();
    password.wipe();
  }
}
