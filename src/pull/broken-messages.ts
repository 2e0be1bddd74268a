// SPDX-License-Identifier: Apache-2.0
import type { UniqueId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";

/**
 * Large messages that showed their damage when octets of them were out already, so that their session had to end without
 * a final dot and removed nothing. The next session refuses them at once: a puller that goes through its maildrop in order
 * would come to the same end for ever, and never remove the others.
 */
export class BrokenMessages {
  readonly #ids = new Set<UniqueId>();

  add(uniqueId: UniqueId): void {
    const [oldest] = this.#ids;
    if (oldest !== undefined && this.#ids.size >= limits.rememberedBrokenMessages) this.#ids.delete(oldest);
    this.#ids.add(uniqueId);
  }

  has(uniqueId: UniqueId): boolean {
    return this.#ids.has(uniqueId);
  }
}
