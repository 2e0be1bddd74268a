// SPDX-License-Identifier: Apache-2.0
import type { Reason } from "./reasons.ts";

/**
 * Every error that can leave a stage of Postern, with its stable code. The code is what people search for,
 * what `--json` prints and what `docs/errors.md` explains; it never changes once released.
 *
 * `permanent` says whether trying the same again can succeed: `false` becomes a 4yz reply (or `-ERR [SYS/TEMP]`),
 * so that a sender keeps its copy and tries again (I7).
 */
export const errorCatalogue = {
  // Sealing
  "seal/wrong-passphrase": { permanent: true, text: "the passphrase does not open this identity" },
  "seal/no-identity-match": { permanent: true, text: "the sealed message is not for this mailbox" },
  "seal/damaged-header": { permanent: true, text: "the header of the sealed message is damaged" },
  "seal/damaged-payload": { permanent: true, text: "the payload of the sealed message is damaged or cut off" },
  "seal/swapped-message": { permanent: true, text: "the sealed message belongs to another mailbox or unique-id" },
  "seal/bad-key": { permanent: true, text: "the key is not a valid age recipient or identity" },

  // Store
  "store/in-use": { permanent: false, text: "another gateway is running on this data directory" },
  "store/disk-low": { permanent: false, text: "the disk has too little free space" },
  "store/failing": { permanent: false, text: "the store could not write or sync" },
  "store/ended": { permanent: false, text: "a thread of the store has ended; the gateway must be started again" },
  "store/stopped": { permanent: false, text: "the store is stopping" },
  "store/key-changed": { permanent: false, text: "the mailbox got another key while the message came in" },
  "store/not-found": { permanent: true, text: "no such message" },
  "store/damaged": { permanent: true, text: "stored bytes differ from what was recorded" },
  "store/index-damaged": {
    permanent: true,
    text: "index.sqlite cannot be used; nothing was changed. Restore it from a backup, or see what postern repair says",
  },
  "store/index-missing": {
    permanent: true,
    text: "index.sqlite is missing beside mail that belongs to it; nothing was changed. Restore it from a backup, or see what postern repair says",
  },
  "store/bad-version": { permanent: true, text: "the data directory was written by another version" },
  "store/too-open": { permanent: true, text: "the data directory is open to others" },
  "store/no-data": { permanent: true, text: "the directory is not a Postern data directory" },
  "store/maildrop-locked": { permanent: false, text: "another session has this maildrop" },

  // The gateway itself
  "gateway/thread-ended": { permanent: false, text: "a network thread has ended" },

  // Mailbox
  "mailbox/unknown": { permanent: true, text: "no such mailbox" },
  "mailbox/not-suspended": { permanent: true, text: "the mailbox must be suspended first" },
  "mailbox/not-empty": { permanent: true, text: "the mailbox still holds messages" },
  "mailbox/full": { permanent: false, text: "as much waits in the mailbox as may" },
  "mailbox/bad-request": { permanent: true, text: "the mailbox cannot be changed like that" },
  "mailbox/changed-meanwhile": { permanent: true, text: "the mailbox was changed by somebody else meanwhile" },
  "mailbox/request-reused": { permanent: true, text: "the idempotency key was used for another request" },

  // Configuration and command line
  "config/invalid": { permanent: true, text: "the configuration is not valid" },
  "config/unreadable": { permanent: true, text: "the configuration file cannot be read" },
  "config/changed-meanwhile": { permanent: true, text: "the settings were changed by somebody else meanwhile" },
  "cli/usage": { permanent: true, text: "wrong usage" },
  "cli/no-password": { permanent: true, text: "a password is needed" },
  "cli/exists": { permanent: true, text: "something is there already, and nothing is overwritten" },
  "cli/incomplete": { permanent: true, text: "not everything went well" },
  "cli/password-unsettled": {
    permanent: false,
    text: "the old password opens the mailbox, or the new one already does",
  },
  "cli/cannot-write": { permanent: false, text: "the output cannot be written" },

  // Upstreams of the proxy
  "upstream/not-taken": { permanent: true, text: "the proxy would not take this server" },

  // Operations on a running gateway
  "admin/bad-request": { permanent: true, text: "the operation cannot be asked for like that" },
  "admin/weak-password": { permanent: true, text: "the password is too weak" },
  "admin/unknown": { permanent: true, text: "no such administrator or token" },
  "admin/exists": { permanent: true, text: "there is one of this name already" },
  "admin/last-administrator": { permanent: true, text: "somebody must be left who can administer the gateway" },
  "admin/factor-unreadable": {
    permanent: false,
    text: "the second factors cannot be read, because the key in secrets/factors.key is another; postern admin reset-factors takes them away",
  },
  "admin/unreachable": { permanent: false, text: "the running gateway cannot be reached" },

  "notify/not-configured": { permanent: true, text: "no notices are set up for this channel" },

  // The HTTP API
  "api/not-signed-in": { permanent: true, text: "sign in first, or send a token" },
  "api/denied": { permanent: true, text: "that is not right" },
  "api/wrong-password": { permanent: true, text: "the old password is not right" },
  "api/wrong-code": { permanent: true, text: "the code does not fit, or not any more" },
  "api/ticket-ended": { permanent: true, text: "that took too long, or was tried too often; begin anew" },
  "api/no-passkeys-here": {
    permanent: true,
    text: "passkeys need a host name that is the gateway's own; an address is none",
  },
  "api/forbidden": { permanent: true, text: "the caller may not do this" },
  "api/second-factor-needed": { permanent: true, text: "this gateway wants a second factor; add one first" },
  "api/cross-site": { permanent: true, text: "the request does not come from where it must" },
  "api/not-found": { permanent: true, text: "there is nothing here" },
  "api/wrong-method": { permanent: true, text: "this cannot be done here" },
  "api/too-large": { permanent: true, text: "the request is too large" },
  "api/wrong-type": { permanent: true, text: "the body must be JSON, and say so" },
  "api/too-many": { permanent: false, text: "too many requests or wrong passwords; try again later" },
  "api/precondition-needed": { permanent: true, text: "say in If-Match which state is changed" },
  "api/set-up-done": { permanent: true, text: "the gateway has an administrator already" },

  // Faults
  "internal/fault": { permanent: false, text: "a fault in Postern" },

  // Listening
  "listen/address-in-use": { permanent: true, text: "the address is in use" },
  "listen/cannot-bind": { permanent: true, text: "the address cannot be listened on" },
  "listen/bad-certificate": { permanent: true, text: "the certificate or its key cannot be used" },

  // Certificates of the console and of an authority
  "certificate/from-files": { permanent: true, text: "the certificate comes from files that the configuration names" },
  "certificate/not-automatic": { permanent: true, text: "no authority issues this certificate by itself" },
  "certificate/not-used": { permanent: true, text: "the certificate was not taken" },
  "acme/unreachable": { permanent: false, text: "the certificate authority cannot be reached" },
  "acme/refused": { permanent: true, text: "the certificate authority refused" },
  "acme/bad-answer": { permanent: false, text: "the certificate authority answered what cannot be understood" },
  "acme/challenge-failed": { permanent: true, text: "the certificate authority could not see that the name is yours" },
  "acme/not-issued": { permanent: false, text: "the certificate authority issued nothing in time" },
} as const satisfies Record<string, { permanent: boolean; text: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** What is wrong at one field of what was sent. */
export interface FieldProblem extends Reason {
  readonly field: string;
}

/**
 * The one error class. `message` says what is wrong and what to do; `code` is stable; `cause` is what was caught.
 * "Not mine" is a value, "broken" is an exception: nothing here is thrown for a peer's ordinary mistake.
 */
export class PosternError extends Error {
  override readonly name = "PosternError";
  readonly code: ErrorCode;
  /** The message without the text of its code. */
  readonly detail: string | undefined;
  /** What is wrong at each field, for a form. */
  readonly fields: readonly FieldProblem[];

  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown; fields?: readonly FieldProblem[] }) {
    super(
      detail === undefined ? errorCatalogue[code].text : `${errorCatalogue[code].text}: ${detail}`,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.detail = detail;
    this.fields = options?.fields ?? [];
  }

  get permanent(): boolean {
    return errorCatalogue[this.code].permanent;
  }
}

/** Tells whether `error` is ours and carries `code`. */
export function hasCode(error: unknown, code: ErrorCode): error is PosternError {
  return error instanceof PosternError && error.code === code;
}

/** What a caught value says, for a log. Never shown to a peer: it may name paths. */
export function describeError(error: unknown): string {
  if (error instanceof PosternError) return `${error.code}: ${error.message}`;
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return String(error);
}
