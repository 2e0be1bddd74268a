// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import { SecretBytes } from "../base/secret.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { MailboxWithPassword } from "../mailbox/registry.ts";
import { addressOf, describeMailbox, summarise } from "./mailbox-view.ts";
import { type OperationContext, operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

export const createMailbox = operation({
  input: shapes.newMailbox,
  output: shapes.mailboxPassword,
  async run(context, input) {
    const created = await context.mailboxes.create(input);
    noteChange(context, created.mailbox.id, "created");
    return withPassword(context, created);
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
  run: (context, { id }) => changed(context, "activated", context.mailboxes.activate(id)),
});

export const suspendMailbox = operation({
  input: shapes.oneMailbox,
  output: shapes.mailboxSummary,
  run: (context, { id }) => changed(context, "suspended", context.mailboxes.suspend(id)),
});

export const editMailbox = operation({
  input: shapes.mailboxEdit,
  output: shapes.mailboxSummary,
  run: (context, { id, name, description, allowedPeers, requireTls }) =>
    changed(
      context,
      "changed",
      context.mailboxes.edit(id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(allowedPeers === undefined ? {} : { allowedPeers }),
        ...(requireTls === undefined ? {} : { requireTls }),
      }),
    ),
});

export const deleteMailbox = operation({
  input: shapes.oneMailbox,
  output: shapes.mailboxRemoval,
  async run(context, { id }) {
    context.report("removing the mailbox and its messages");
    const { removedMessages } = await context.mailboxes.delete(id, `mailbox deleted by ${context.actor}`);
    noteChange(context, id, "deleted");
    return { id, removedMessages };
  },
});

export const changeMailboxPassword = operation({
  input: shapes.passwordChange,
  output: shapes.mailboxPassword,
  async run(context, { id, oldPassword }) {
    const old = SecretBytes.fromText(oldPassword);
    try {
      const renewed = await context.mailboxes.changePassword(id, old);
      noteChange(context, id, "password-changed");
      return withPassword(context, renewed);
    } finally {
      old.wipe();
    }
  },
});

export const resetMailboxPassword = operation({
  input: shapes.passwordReset,
  output: shapes.mailboxPasswordReset,
  async run(context, { id, discardMail }) {
    if (discardMail) context.report("making a new key pair and discarding the messages");
    const cause = `mail discarded with a password reset by ${context.actor}`;
    const renewed = await context.mailboxes.resetPassword(id, { discardMail, cause });
    noteChange(context, id, "password-reset");
    return { ...withPassword(context, renewed), removedMessages: renewed.removedMessages };
  },
});

async function changed(
  context: OperationContext,
  change: string,
  work: Promise<Mailbox>,
): Promise<shapes.MailboxSummary> {
  const mailbox = await work;
  noteChange(context, mailbox.id, change);
  return summarise(mailbox, (await context.store.counts()).get(mailbox.id), context.configuration);
}

/** The one place where a password becomes text: on its way to the person who asked for it. */
function withPassword({ configuration }: OperationContext, { mailbox, password }: MailboxWithPassword) {
  const text = password.expose().toString("utf8");
  password.wipe();
  return { id: mailbox.id, address: addressOf(mailbox, configuration), password: text };
}

function noteChange({ log, actor }: OperationContext, mailbox: MailboxId, change: string): void {
  log.event("mailbox/changed", { mailbox, change, actor });
}
