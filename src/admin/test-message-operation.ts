// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { addressOf } from "./mailbox-view.ts";
import { operation } from "./operation.ts";
import { oneMailbox, testMessageResult } from "./shapes.ts";

/** Whether mail gets into a mailbox, tried instead of guessed. It puts a message there, so it is a change. */
export const sendTestMessage = operation({
  input: oneMailbox,
  output: testMessageResult,
  changes: true,
  async run(context, { id }) {
    const { mailboxes, testMessages, configuration, audit } = context;
    const mailbox = mailboxes.find(id);
    if (mailbox === undefined) throw new PosternError("mailbox/unknown", id);
    if (testMessages === undefined)
      throw new PosternError("admin/unreachable", "a test message needs a running gateway: start it first");
    context.report("sending a test message");
    const result = await testMessages.send(id, addressOf(mailbox, configuration));
    const { outcome, reply, messageId } = result;
    await audit.note(context, { action: "mailbox.test-message", subject: id, after: { outcome, reply, messageId } });
    return result;
  },
});
