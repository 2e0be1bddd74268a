// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { hasCode, PosternError } from "../base/errors.ts";
import { generateMailboxId, type MailboxId } from "../base/ids.ts";
import type { SecretBytes } from "../base/secret.ts";
import type { Recipient } from "../seal/contract.ts";
import { generateIdentity, unwrapIdentityText, wrapIdentity } from "../seal/identity.ts";
import type { MailboxEvent, MailboxRow, Store } from "../store/contract.ts";
import { type Mailbox, mailboxFromRow } from "./mailbox.ts";
import { MailboxFinder } from "./mailbox-finder.ts";
import type { Purpose } from "./mailbox-settings.ts";
import { checkDescription, checkName } from "./mailbox-texts.ts";
import { generatePassword, looksGenerated } from "./password.ts";
import { parsePeerList } from "./peers.ts";
import { mailboxVersion } from "./version.ts";
import { chosenPasswordWorkFactor, maxWorkFactor } from "./work-factor.ts";

export interface MailboxRegistryOptions {
  readonly store: Pick<Store, "mailboxes" | "counts">;
  /** Kind of key pair for new mailboxes and resets. */
  readonly recipientKind: Recipient["kind"];
  /** scrypt work factor (log2 N) for generated passwords. */
  readonly workFactor: number;
  readonly clock: Clock;
}

export interface NewMailbox {
  readonly name: string;
  readonly description?: string;
  readonly allowedPeers?: readonly string[];
  /** Default: yes. */
  readonly requireTls?: boolean;
  /** Default: other. */
  readonly purpose?: Purpose;
  /** Checked by the caller: what a target is, the configuration knows. */
  readonly allowedTargets?: readonly string[];
  /** In sealed octets; `null`: as much as the disk takes. */
  readonly mostWaitingBytes?: number | null;
  /** A password that a person chose; without it one is generated. Stays the caller's, to wipe. */
  readonly password?: SecretBytes;
}

export type MailboxEdit = Partial<Omit<NewMailbox, "password">> & {
  /** Of `mailboxVersion`: changed only when the settings still are these. */
  readonly version?: string;
};

/** What tells one request from another when it may come twice; hashes, kept with the mailbox that it made. */
export interface CreationRequest {
  readonly key: string;
  readonly content: string;
}

/** What changes a mailbox but leaves its key. */
type ChangeEvent = Exclude<MailboxEvent, "key-changed">;

/** A mailbox with its password, which is in nobody's hands but the caller's: show it once, then wipe it. */
export interface MailboxWithPassword {
  readonly mailbox: Mailbox;
  readonly password: SecretBytes;
}

/**
 * The mailboxes of this gateway. Reading is synchronous and cheap; changes are durable when they resolve and are made
 * one after the other. Passwords are generated here and kept nowhere.
 */
export class MailboxRegistry {
  readonly #options: MailboxRegistryOptions;
  readonly #finder: MailboxFinder;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: MailboxRegistryOptions) {
    this.#options = options;
    this.#finder = new MailboxFinder(options.store.mailboxes);
  }

  /** The mailbox with its recipient parsed; kept until its row changes, for this is asked at every RCPT. */
  find(id: MailboxId): Mailbox | undefined {
    return this.#finder.find(id);
  }

  /** All mailboxes, oldest first. */
  list(): readonly Mailbox[] {
    const rows = this.#options.store.mailboxes.all().toSorted((a, b) => a.createdAtMs - b.createdAtMs);
    return rows.map((row) => this.find(row.id) ?? mailboxFromRow(row));
  }

  /** Throws `mailbox/bad-request` for a name, description or peer that cannot be. */
  create(wanted: NewMailbox): Promise<MailboxWithPassword> {
    return this.#inTurn(() => this.#insert(wanted, {}));
  }

  /**
   * As `create`, but a second time with the same request gives the mailbox of the first, without its password: that is
   * kept nowhere. Holds across restarts, for as long as the mailbox is there. Throws `mailbox/request-reused` when the key
   * was used for other content.
   */
  createOnce(
    wanted: NewMailbox,
    request: CreationRequest,
  ): Promise<MailboxWithPassword | { readonly mailbox: Mailbox; readonly password: undefined }> {
    return this.#inTurn(async () => {
      for (const { id, settings } of this.#options.store.mailboxes.all()) {
        const earlier = settings["request"];
        if (!isRequest(earlier) || earlier.key !== request.key) continue;
        if (earlier.content !== request.content) throw new PosternError("mailbox/request-reused");
        return { mailbox: this.#mustFind(id), password: undefined };
      }
      return this.#insert(wanted, { request });
    });
  }

  activate(id: MailboxId): Promise<Mailbox> {
    return this.#update(id, "activated", () => ({ state: "active" }));
  }

  suspend(id: MailboxId): Promise<Mailbox> {
    return this.#update(id, "suspended", () => ({ state: "suspended" }));
  }

  edit(id: MailboxId, edit: MailboxEdit): Promise<Mailbox> {
    return this.#update(id, "changed", (row) => ({
      ...sameVersion(row, edit.version),
      ...(edit.name === undefined ? {} : { name: checkName(edit.name) }),
      ...(edit.description === undefined ? {} : { description: checkDescription(edit.description) }),
      ...(edit.allowedPeers === undefined ? {} : { allowedPeers: parsePeerList(edit.allowedPeers).entries }),
      ...(edit.requireTls === undefined ? {} : { requireTls: edit.requireTls }),
      settings: { ...row.settings, ...ownSettings(edit) },
    }));
  }

  /**
   * Removes a suspended mailbox with all that was not pulled; tells how many messages went. `cause` names who did it
   * (I8). Throws `mailbox/not-suspended`.
   */
  delete(id: MailboxId, cause: string): Promise<{ readonly removedMessages: number }> {
    return this.#inTurn(async () => {
      const row = this.#mustGet(id);
      if (row.state !== "suspended") {
        throw new PosternError(
          "mailbox/not-suspended",
          "suspend it, let the archive pull what is left, then delete it",
        );
      }
      const removedMessages = await this.#options.store.mailboxes.remove(id, cause);
      return { removedMessages };
    });
  }

  /**
   * Gives the mailbox a new password. The key pair stays and only its wrapping changes, so mail stays readable. The old
   * password opens nothing any more, apart from copies of the data directory. Throws `seal/wrong-passphrase`.
   *
   * With `newPassword`, which is checked by the caller and known before it holds, no lost answer can lock the mailbox.
   * Then a repetition changes nothing and says so: the old password is wrong by now, and the new one opens.
   */
  changePassword(
    id: MailboxId,
    oldPassword: SecretBytes,
    newPassword?: SecretBytes,
  ): Promise<MailboxWithPassword & { readonly wasChanged: boolean }> {
    return this.#inTurn(async () => {
      const { identityFile } = this.#mustGet(id);
      const identity = await openWithOld(identityFile, oldPassword, newPassword);
      const password = newPassword ?? generatePassword();
      if (identity === undefined) return { mailbox: this.#mustFind(id), password, wasChanged: false };
      try {
        const workFactor = looksGenerated(password) ? this.#options.workFactor : chosenPasswordWorkFactor;
        const rewrapped = await wrapIdentity(identity, password, workFactor);
        const mailbox = await this.#replace(id, "password-changed", { identityFile: rewrapped });
        return { mailbox, password, wasChanged: true };
      } finally {
        identity.wipe();
      }
    });
  }

  /**
   * Gives the mailbox a new key pair and password, without the old password. What is sealed to the old key could never
   * be read again, so mail that is left is either discarded or stops this with `mailbox/not-empty`.
   */
  resetPassword(
    id: MailboxId,
    options: { readonly discardMail: boolean; readonly cause: string },
  ): Promise<MailboxWithPassword & { readonly removedMessages: number }> {
    return this.#inTurn(async () => {
      this.#mustGet(id);
      const messages = (await this.#options.store.counts()).get(id)?.messages ?? 0;
      if (messages > 0 && !options.discardMail) {
        throw new PosternError(
          "mailbox/not-empty",
          `${messages} would become unreadable; pull them first, or discard them with --discard-mail`,
        );
      }
      const { password, ...keys } = await this.#newKeys(undefined);
      const removedMessages = await this.#options.store.mailboxes.replaceKey(
        { ...this.#mustGet(id), ...keys },
        options.discardMail ? options.cause : undefined,
      );
      return { mailbox: this.#mustFind(id), password, removedMessages };
    });
  }

  /** One change at a time: two that read the same row would undo one another. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }

  #update(id: MailboxId, event: ChangeEvent, change: (row: MailboxRow) => Partial<MailboxRow>): Promise<Mailbox> {
    return this.#inTurn(async () => this.#replace(id, event, change(this.#mustGet(id))));
  }

  async #replace(id: MailboxId, event: ChangeEvent, change: Partial<MailboxRow>): Promise<Mailbox> {
    await this.#options.store.mailboxes.update({ ...this.#mustGet(id), ...change }, event);
    return this.#mustFind(id);
  }

  async #insert(wanted: NewMailbox, settings: MailboxRow["settings"]): Promise<MailboxWithPassword> {
    const row = {
      id: generateMailboxId(),
      name: checkName(wanted.name),
      description: checkDescription(wanted.description ?? ""),
      state: "active" as const,
      createdAtMs: this.#options.clock.nowMs(),
      allowedPeers: parsePeerList(wanted.allowedPeers ?? []).entries,
      requireTls: wanted.requireTls ?? true,
      settings: { ...settings, ...ownSettings(wanted) },
    };
    const { password, ...keys } = await this.#newKeys(wanted.password);
    await this.#options.store.mailboxes.insert({ ...row, ...keys });
    return { mailbox: this.#mustFind(row.id), password };
  }

  async #newKeys(
    chosen: SecretBytes | undefined,
  ): Promise<Pick<MailboxRow, "recipient" | "identityFile"> & { readonly password: SecretBytes }> {
    const { identity, recipient } = generateIdentity(this.#options.recipientKind);
    const password = chosen ?? generatePassword();
    const workFactor = chosen === undefined ? this.#options.workFactor : chosenPasswordWorkFactor;
    try {
      return { recipient, identityFile: await wrapIdentity(identity, password, workFactor), password };
    } finally {
      identity.wipe();
    }
  }

  #mustGet(id: MailboxId): MailboxRow {
    const row = this.#options.store.mailboxes.get(id);
    if (row === undefined)
      throw new PosternError("mailbox/unknown", `${id}; \`postern mailbox list\` shows those there are`);
    return row;
  }

  #mustFind(id: MailboxId): Mailbox {
    return this.find(id) ?? mailboxFromRow(this.#mustGet(id));
  }
}

/** The identity; `undefined` when the new password opens it already. Throws `seal/wrong-passphrase` when neither does. */
async function openWithOld(
  identityFile: Uint8Array,
  oldPassword: SecretBytes,
  newPassword: SecretBytes | undefined,
): Promise<SecretBytes | undefined> {
  try {
    return await unwrapIdentityText(identityFile, oldPassword, { maxLogN: maxWorkFactor });
  } catch (error) {
    if (newPassword === undefined || !hasCode(error, "seal/wrong-passphrase")) throw error;
    (await unwrapIdentityText(identityFile, newPassword, { maxLogN: maxWorkFactor })).wipe();
    return undefined;
  }
}

/** Changes nothing; throws `mailbox/changed-meanwhile` when the settings are not those that the caller has seen. */
function sameVersion(row: MailboxRow, version: string | undefined): object {
  if (version === undefined || version === mailboxVersion(row)) return {};
  throw new PosternError("mailbox/changed-meanwhile", "look at it again");
}

function ownSettings({ purpose, allowedTargets, mostWaitingBytes }: MailboxEdit): MailboxRow["settings"] {
  return {
    ...(purpose === undefined ? {} : { purpose }),
    ...(allowedTargets === undefined ? {} : { allowedTargets }),
    ...(mostWaitingBytes === undefined ? {} : { mostWaitingBytes }),
  };
}

function isRequest(value: unknown): value is CreationRequest {
  return typeof value === "object" && value !== null && "key" in value && "content" in value;
}
