// SPDX-License-Identifier: Apache-2.0
import { createSecretKey } from "node:crypto";
import { PosternError } from "../../src/base/errors.ts";
import type { MailboxId } from "../../src/base/ids.ts";
import { Capture } from "../../src/capture/capture.ts";
import type { RecordedEnvelope } from "../../src/capture/recorded-envelope.ts";
import { parseRecipient } from "../../src/seal/keys.ts";
import type { Maildrop, SealedSource, Store, StoredMessage } from "../../src/store/contract.ts";
import { asStore, MemoryStore, noMailboxes } from "./memory-store.ts";

const envelope: RecordedEnvelope = {
  source: "journal",
  reversePath: "alice@example.org",
  mailParameters: "",
  hello: "mail.example.org",
  peer: { address: "192.0.2.7", port: 40_000 },
  tls: undefined,
  protocol: "ESMTP",
  receivedBy: "gateway.example",
  receivedAtMs: 0,
};

interface SealedMessage {
  readonly message: StoredMessage;
  sealed: Buffer;
}

/** The maildrop of one mailbox in memory, filled by the real capture; fails where it is told to. */
export class MemoryMaildrops implements Pick<Store, "maildrop"> {
  readonly mailbox: MailboxId;
  messages: SealedMessage[] = [];
  /** Who has the lease. */
  holder: string | undefined;
  /** Sealed octets that were asked for so far. */
  readBytes = 0;
  /** Messages that are open, and the most that ever were at once. */
  openSources = 0;
  mostOpenSources = 0;
  /** Unique-ids of messages that were noted as pulled. */
  readonly pulled: string[] = [];
  readonly removals: { readonly indexes: readonly number[]; readonly cause: string }[] = [];
  /** How many of a removal do not stick; `Infinity`: the removal rejects. */
  failingRemovals = 0;
  /** Set to hold removals back until it resolves. */
  gate: Promise<void> | undefined;
  failingOpens = false;
  /** From this position on reading a message fails. */
  failingReadsFrom = Number.POSITIVE_INFINITY;

  constructor(mailbox: MailboxId) {
    this.mailbox = mailbox;
  }

  /** Takes contents as they came in by SMTP, sealed to `recipient`. */
  async fill(recipient: string, contents: readonly Uint8Array[]): Promise<void> {
    const store = new MemoryStore();
    const stages = { store: asStore(store, noMailboxes), fingerprintKey: createSecretKey(Buffer.alloc(32)) };
    for (const content of contents) {
      const recipients = [{ address: `${this.mailbox}@archive.example`, parameters: "" }];
      const target = { mailbox: this.mailbox, recipient: parseRecipient(recipient), recipients };
      const capture = Capture.begin(stages, { ...envelope, reversePath: `${store.messages.length}@a.example` }, [
        target,
      ]);
      // The sealer may use its input up.
      await capture.write(Uint8Array.from(content));
      await capture.keep();
    }
    this.messages = store.messages.map(({ uniqueId, sealed, facts }) => ({
      sealed,
      message: {
        ...facts,
        uniqueId,
        mailbox: this.mailbox,
        state: "accepted",
        source: "journal",
        receivedAtMs: 0,
        sealedBytes: sealed.length,
        sha256: Buffer.alloc(32),
      },
    }));
  }

  async maildrop(mailbox: MailboxId, holder: string): Promise<Maildrop> {
    if (this.holder !== undefined) throw new PosternError("store/maildrop-locked", this.holder);
    this.holder = holder;
    const messages = [...this.messages];
    return {
      mailbox,
      count: messages.length,
      pop3Bytes: (index) => {
        const { traceBytes, contentPop3Bytes } = at(messages, index).message;
        return traceBytes + contentPop3Bytes;
      },
      uniqueId: (index) => at(messages, index).message.uniqueId,
      open: async (index) => this.#open(at(messages, index)),
      notePulled: (index) => void this.pulled.push(at(messages, index).message.uniqueId),
      remove: (indexes, cause) => this.#remove([...indexes], cause),
      release: () => {
        this.holder = undefined;
      },
    };
  }

  #open({ message, sealed }: SealedMessage): SealedSource {
    if (this.failingOpens) throw new PosternError("store/failing");
    this.openSources += 1;
    this.mostOpenSources = Math.max(this.mostOpenSources, this.openSources);
    let open = true;
    return {
      message,
      read: async (position, maxBytes) => {
        if (!open) throw new TypeError("read after close");
        if (position + maxBytes > this.failingReadsFrom) throw new PosternError("store/failing");
        // A copy: the reader may use it up.
        const octets = Buffer.from(sealed.subarray(position, position + maxBytes));
        this.readBytes += octets.length;
        return octets;
      },
      addenda: async () => [],
      close: () => {
        if (open) this.openSources -= 1;
        open = false;
      },
    };
  }

  async #remove(indexes: readonly number[], cause: string): Promise<{ removed: number; failed: number }> {
    await this.gate;
    if (this.failingRemovals === Number.POSITIVE_INFINITY) throw new PosternError("store/failing");
    const failed = Math.min(this.failingRemovals, indexes.length);
    this.removals.push({ indexes: indexes.slice(failed), cause });
    return { removed: indexes.length - failed, failed };
  }
}

function at(messages: readonly SealedMessage[], index: number): SealedMessage {
  const message = messages[index];
  if (message === undefined) throw new RangeError(`no message ${index}`);
  return message;
}
