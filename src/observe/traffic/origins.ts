// SPDX-License-Identifier: Apache-2.0

/** Where mail of a mailbox has come from. */
export interface Origin {
  readonly source: "journal" | "smtp-proxy" | "pop3-proxy";
  readonly peer: string;
  /** The version; `undefined`: unencrypted. */
  readonly tls: string | undefined;
  messages: number;
  /** Octets of their content. */
  bytes: number;
  lastAtMs: number;
}

/** Peers per mailbox since the start. Whoever has a new address for each message pushes out the one of longest ago. */
export class Origins {
  readonly #mailboxes = new Map<string, Map<string, Origin>>();
  readonly #perMailbox: number;
  readonly #mailboxesKept: number;

  constructor(options: { readonly perMailbox: number; readonly mailboxes: number }) {
    this.#perMailbox = options.perMailbox;
    this.#mailboxesKept = options.mailboxes;
  }

  /** `bytes`: of the one message that has come. */
  add(mailbox: string, { bytes, ...origin }: Pick<Origin, "source" | "peer" | "tls" | "bytes">, atMs: number): void {
    const origins = this.#mailboxes.get(mailbox) ?? new Map<string, Origin>();
    // The order of a map is that of adding: what is used moves to the end.
    this.#mailboxes.delete(mailbox);
    this.#mailboxes.set(mailbox, origins);
    const key = `${origin.source} ${origin.peer} ${origin.tls ?? ""}`;
    const known = origins.get(key);
    origins.delete(key);
    const { messages = 0, bytes: before = 0 } = known ?? {};
    origins.set(key, { ...origin, messages: messages + 1, bytes: before + bytes, lastAtMs: atMs });
    dropFirst(origins, this.#perMailbox);
    dropFirst(this.#mailboxes, this.#mailboxesKept);
  }

  /** The latest first. */
  of(mailbox: string): readonly Readonly<Origin>[] {
    return [...(this.#mailboxes.get(mailbox)?.values() ?? [])].toReversed();
  }
}

function dropFirst(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return;
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
