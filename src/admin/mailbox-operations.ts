// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import { PosternError } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import { SecretBytes } from "../base/secret.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { looksGenerated } from "../mailbox/password.ts";
import type { MailboxWithPassword } from "../mailbox/registry.ts";
import { checkPassword } from "./accounts/password-rules.ts";
import { addressOf, describeMailbox, summarise } from "./mailbox-view.ts";
import { type OperationContext, operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

export const createMailbox = operation({
  input: shapes.newMailbox,
  output: shapes.mailboxPassword,
  changes: true,
  async run(context, input) {
    const created = await context.mailboxes.create(input);
    await noteChange(context, created.mailbox.id, { change: "created", after: auditView(created.mailbox) });
    return withPassword(context, created);
  },
});

export const createMailboxOnce = operation({
  input: shapes.newMailboxOnce,
  output: shapes.mailboxPasswordOnce,
  changes: true,
  async run(context, { requestKey, ...wanted }) {
    const request = {
      // Two callers may have chosen the same key.
      key: hash("sha256", JSON.stringify([context.actor, requestKey]), "hex"),
      content: hash("sha256", JSON.stringify(wanted), "hex"),
    };
    const created = await context.mailboxes.createOnce(wanted, request);
    const { mailbox, password } = created;
    if (password === undefined) {
      return { id: mailbox.id, address: addressOf(mailbox, context.configuration), password: null };
    }
    await noteChange(context, mailbox.id, { change: "created", after: auditView(mailbox) });
    return withPassword(context, { mailbox, password });
  },
});

export const listMailboxes = operation({
  input: shapes.nothing,
  output: shapes.mailboxList,
  async run({ mailboxes, store, configuration }) {
    const counts = await store.counts();
    return { mailboxes: mailboxes.list().map((each) => summarise(each, counts.get(each.id), configuration)) };
  },
});

export const showMailbox = operation({
  input: shapes.oneMailbox,
  output: shapes.mailboxDetails,
  async run(context, { id }) {
    const mailbox = context.mailboxes.find(id);
    if (mailbox === undefined) throw new PosternError("mailbox/unknown", id);
    return describeMailbox(mailbox, (await context.store.counts()).get(id), context);
  },
});

export const activateMailbox = operation({
  input: shapes.oneMailbox,
  output: shapes.mailboxSummary,
  changes: true,
  run: (context, { id }) => changed(context, "activated", { id, work: () => context.mailboxes.activate(id) }),
});

export const suspendMailbox = operation({
  input: shapes.oneMailbox,
  output: shapes.mailboxSummary,
  changes: true,
  run: (context, { id }) => changed(context, "suspended", { id, work: () => context.mailboxes.suspend(id) }),
});

export const editMailbox = operation({
  input: shapes.mailboxEdit,
  output: shapes.mailboxSummary,
  changes: true,
  run: (
    context,
    { id, version, name, description, allowedPeers, requireTls, purpose, allowedTargets, mostWaitingBytes },
  ) =>
    changed(context, "changed", {
      id,
      work: () =>
        context.mailboxes.edit(id, {
          ...(version === undefined ? {} : { version }),
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
          ...(allowedPeers === undefined ? {} : { allowedPeers }),
          ...(requireTls === undefined ? {} : { requireTls }),
          ...(purpose === undefined ? {} : { purpose }),
          ...(allowedTargets === undefined ? {} : { allowedTargets }),
          ...(mostWaitingBytes === undefined ? {} : { mostWaitingBytes }),
        }),
    }),
});

export const deleteMailbox = operation({
  input: shapes.oneMailbox,
  output: shapes.mailboxRemoval,
  changes: true,
  async run(context, { id }) {
    context.report("removing the mailbox and its messages");
    const mailbox = context.mailboxes.find(id);
    const { removedMessages } = await context.mailboxes.delete(id, `mailbox deleted by ${context.actor}`);
    const before = mailbox === undefined ? undefined : auditView(mailbox);
    await noteChange(context, id, { change: "deleted", before, after: { removedMessages } });
    return { id, removedMessages };
  },
});

export const changeMailboxPassword = operation({
  input: shapes.passwordChange,
  output: shapes.mailboxPassword,
  changes: true,
  async run(context, { id, oldPassword, newPassword }) {
    const old = SecretBytes.fromText(oldPassword);
    const wanted = newPassword === undefined ? undefined : checkedPassword(newPassword, id);
    try {
      const renewed = await context.mailboxes.changePassword(id, old, wanted);
      if (renewed.wasChanged) await noteChange(context, id, { change: "password-changed" });
      return withPassword(context, renewed);
    } finally {
      old.wipe();
      wanted?.wipe();
    }
  },
});

export const resetMailboxPassword = operation({
  input: shapes.passwordReset,
  output: shapes.mailboxPasswordReset,
  changes: true,
  async run(context, { id, discardMail }) {
    if (discardMail) context.report("making a new key pair and discarding the messages");
    const cause = `mail discarded with a password reset by ${context.actor}`;
    const renewed = await context.mailboxes.resetPassword(id, { discardMail, cause });
    const { removedMessages } = renewed;
    await noteChange(context, id, { change: "password-reset", after: { removedMessages } });
    return { ...withPassword(context, renewed), removedMessages };
  },
});

async function changed(
  context: OperationContext,
  change: string,
  { id, work }: { readonly id: MailboxId; readonly work: () => Promise<Mailbox> },
): Promise<shapes.MailboxSummary> {
  const before = context.mailboxes.find(id);
  const mailbox = await work();
  await noteChange(context, id, {
    change,
    before: before === undefined ? undefined : auditView(before),
    after: auditView(mailbox),
  });
  return summarise(mailbox, (await context.store.counts()).get(mailbox.id), context.configuration);
}

/** One that is not in the shape of generated ones keeps the rules for chosen ones. Throws `admin/weak-password`. */
function checkedPassword(text: string, id: MailboxId): SecretBytes {
  const password = SecretBytes.fromText(text);
  if (!looksGenerated(password)) checkPassword(text, id);
  return password;
}

/** The one place where a password becomes text: on its way to the person who asked for it. */
function withPassword({ configuration }: OperationContext, { mailbox, password }: MailboxWithPassword) {
  const text = password.expose().toString("utf8");
  password.wipe();
  return { id: mailbox.id, address: addressOf(mailbox, configuration), password: text };
}

interface Change {
  readonly change: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

async function noteChange(context: OperationContext, mailbox: MailboxId, { change, ...sides }: Change): Promise<void> {
  context.log.event("mailbox/changed", { mailbox, change, actor: context.actor });
  await context.audit.note(context, { action: `mailbox.${change}`, subject: mailbox, ...sides });
}

/** What an auditor compares. Keys and counts are not the administrator's doing. */
function auditView(mailbox: Mailbox): object {
  const { name, description, state, allowedPeers, requireTls, purpose, allowedTargets } = mailbox;
  const lists = { allowedPeers: allowedPeers.entries, allowedTargets };
  return {
    name,
    description,
    state,
    requireTls,
    purpose,
    ...lists,
    mostWaitingBytes: mailbox.mostWaitingBytes ?? null,
  };
}
