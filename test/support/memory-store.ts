// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { PosternError } from "../../src/base/errors.ts";
import { formatUniqueId, type MailboxId } from "../../src/base/ids.ts";
import type {
  Addendum,
  CommitResult,
  Deposit,
  DepositFacts,
  DepositHints,
  MailboxTable,
  MailStore,
  Readiness,
  Receipt,
} from "../../src/store/contract.ts";

export interface MemoryMessage {
  readonly mailbox: MailboxId;
  readonly uniqueId: string;
  readonly sealed: Buffer;
  readonly facts: DepositFacts;
}

/** A store for tests of the stages before it: keeps in memory, fails where it is told to. */
export class MemoryStore
  implements Pick<MailStore, "begin" | "addAddendum" | "readiness" | "noteRefusal" | "passage" | "forgetPassages">
{
  readonly messages: MemoryMessage[] = [];
  readonly addenda: { readonly message: string; readonly addendum: Addendum }[] = [];
  readonly refusals: { readonly mailbox: MailboxId; readonly cause: string }[] = [];
  readonly aborted: string[] = [];
  readonly settled: { readonly message: string; readonly outcome: "accepted" | "unknown" }[] = [];
  readonly passages = new Map<string, Uint8Array>();
  state: Readiness = "ready";
  failWrites = false;
  failCommits = false;
  /** Set to hold every commit back until it resolves. */
  gate: Promise<void> | undefined;
  /** Commits that came to the gate so far. */
  waitingCommits = 0;
  #sequence = 0;

  begin(mailbox: MailboxId, _hints: DepositHints): Deposit {
    if (this.state === "disk-low") throw new PosternError("store/disk-low");
    if (this.state === "failing") throw new PosternError("store/failing");
    const uniqueId = formatUniqueId("testtest", ++this.#sequence);
    const parts: Uint8Array[] = [];
    return {
      uniqueId,
      write: (sealed) => {
        parts.push(sealed);
        return this.failWrites ? Promise.reject(new PosternError("store/failing")) : undefined;
      },
      commit: (facts) => this.#commit({ mailbox, uniqueId, sealed: Buffer.concat(parts), facts }),
      prepare: async (facts) => {
        await this.gate;
        if (this.failCommits || this.failWrites) throw new PosternError("store/failing");
        const message = { mailbox, uniqueId, sealed: Buffer.concat(parts), facts };
        this.messages.push(message);
        return receiptOf(message);
      },
      settle: async (outcome, addendum) => {
        this.settled.push({ message: uniqueId, outcome });
        if (addendum !== undefined) this.addenda.push({ message: uniqueId, addendum });
      },
      abort: async () => {
        this.aborted.push(uniqueId);
      },
    };
  }

  async addAddendum(message: string, mailbox: MailboxId, addendum: Addendum): Promise<Receipt> {
    this.addenda.push({ message, addendum });
    const found = this.messages.find((each) => each.uniqueId === message && each.mailbox === mailbox);
    if (found === undefined) throw new PosternError("store/not-found");
    return receiptOf(found);
  }

  readiness(): Readiness {
    return this.state;
  }

  noteRefusal(mailbox: MailboxId, cause: string): void {
    this.refusals.push({ mailbox, cause });
  }

  async passage(mailbox: MailboxId, name: Uint8Array): Promise<Uint8Array | undefined> {
    return this.passages.get(passageKey(mailbox, name));
  }

  forgetPassages(mailbox: MailboxId, names: readonly Uint8Array[]): void {
    for (const name of names) this.passages.delete(passageKey(mailbox, name));
  }

  async #commit(message: MemoryMessage): Promise<CommitResult> {
    this.waitingCommits += 1;
    await this.gate;
    if (this.failCommits || this.failWrites) throw new PosternError("store/failing");
    const { fingerprint } = message.facts;
    const earlier = this.messages.find(
      (each) =>
        each.mailbox === message.mailbox &&
        fingerprint !== undefined &&
        each.facts.fingerprint !== undefined &&
        Buffer.from(each.facts.fingerprint).equals(fingerprint),
    );
    if (earlier !== undefined) return { kept: "repeated", earlier: earlier.uniqueId };
    this.messages.push(message);
    const { passage } = message.facts;
    if (passage !== undefined) this.passages.set(passageKey(message.mailbox, passage.name), passage.content);
    return { kept: "new", receipt: receiptOf(message) };
  }
}

/** The parts of a store that intake uses, as a `MailStore`: maildrops are out of reach in such tests. */
export function asStore(store: MemoryStore, mailboxes: MailboxTable): MailStore {
  const outOfReach = (): never => {
    throw new TypeError("this test store has no such part");
  };
  return {
    mailboxes,
    begin: (mailbox, hints) => store.begin(mailbox, hints),
    addAddendum: (message, mailbox, addendum) => store.addAddendum(message, mailbox, addendum),
    readiness: () => store.readiness(),
    noteRefusal: (mailbox, cause) => store.noteRefusal(mailbox, cause),
    passage: (mailbox, name) => store.passage(mailbox, name),
    forgetPassages: (mailbox, names) => store.forgetPassages(mailbox, names),
    maildrop: outOfReach,
  };
}

export const noMailboxes: MailboxTable = {
  all: () => [],
  get: () => undefined,
  insert: async () => undefined,
  update: async () => undefined,
  remove: async () => 0,
  replaceKey: async () => 0,
};

function passageKey(mailbox: MailboxId, name: Uint8Array): string {
  return `${mailbox} ${Buffer.from(name).toString("hex")}`;
}

function receiptOf({ uniqueId, sealed }: MemoryMessage): Receipt {
  return {
    uniqueId,
    receivedAtMs: 0,
    sealedBytes: sealed.length,
    sha256: createHash("sha256").update(sealed).digest(),
    ledgerPosition: 1,
  };
}
