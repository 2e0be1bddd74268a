// SPDX-License-Identifier: Apache-2.0
import { createHmac, type KeyObject } from "node:crypto";
import type { MailboxId } from "../base/ids.ts";
import type { Passage } from "../store/contract.ts";

/** Whose maildrop at which server: what a unique-id of an upstream is unique within. */
export interface UpstreamMaildrop {
  readonly mailbox: MailboxId;
  readonly host: string;
  readonly port: number;
  readonly remoteUser: string;
}

/**
 * Names the messages of an upstream's maildrop for the durable map of what was recorded. The names and marks are keyed
 * with the gateway's secret: the index tells neither users nor servers nor unique-ids, and of a content not even to
 * somebody who has it too whether it is here (I4).
 */
export class PassageNames {
  readonly #key: KeyObject;
  readonly #maildrop: UpstreamMaildrop;

  constructor(key: KeyObject, maildrop: UpstreamMaildrop) {
    this.#key = key;
    this.#maildrop = maildrop;
  }

  /** @param uniqueId as the upstream gave it (RFC 1939 §7) */
  nameOf(uniqueId: string): Uint8Array {
    const { mailbox, host, port, remoteUser } = this.#maildrop;
    return keyedHash(this.#key, ["passage name", mailbox, host, String(port), remoteUser, uniqueId]);
  }

  /** @param contentDigest of a `ContentDigest` */
  contentMark(contentDigest: Uint8Array): Uint8Array {
    return keyedHash(this.#key, ["passage content", this.#maildrop.mailbox, contentDigest]);
  }

  passage(uniqueId: string, contentDigest: Uint8Array): Passage {
    return { name: this.nameOf(uniqueId), content: this.contentMark(contentDigest) };
  }
}

/** 16 octets. The lengths keep ("a", "bc") apart from ("ab", "c"). */
function keyedHash(key: KeyObject, parts: readonly (string | Uint8Array)[]): Uint8Array {
  // A key object: with raw octets the HMAC costs four times as much.
  const hmac = createHmac("sha256", key);
  for (const part of parts) {
    const octets = typeof part === "string" ? Buffer.from(part, "utf8") : part;
    hmac.update(`${octets.length}:`).update(octets);
  }
  return hmac.digest().subarray(0, 16);
}
