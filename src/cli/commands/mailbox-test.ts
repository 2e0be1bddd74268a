// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { TestMessageResult } from "../../admin/shapes.ts";
import { PosternError } from "../../base/errors.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { mailboxArgument, runCommandOperation } from "../run-operation.ts";

export function mailboxTestCommand(io: CommandIo): Command {
  const command = new Command("test")
    .description("send a marked test message to a mailbox, over the gateway's own SMTP listener with STARTTLS")
    .argument("<id>", "the mailbox");
  return addCommonOptions(command).action(async (id: string, options: CommonOptions) => {
    const output = new Output(io, options.json === true);
    const result = await runCommandOperation(io, options, "mailbox.test-message", { id: mailboxArgument(id) });
    output.result(result, `${words[result.cause]}\nThe listener said after ${result.tookMs} ms: ${result.reply}`);
    if (result.outcome === "accepted") output.note(`It can be pulled now; its Message-ID is ${result.messageId}.`);
    else throw new PosternError("cli/incomplete", "the test message did not get into the mailbox");
  });
}

/** What each outcome means, and what to do. */
const words: Readonly<Record<TestMessageResult["cause"], string>> = {
  accepted: "The test message is in the mailbox.",
  "mailbox-suspended":
    "Refused for now: the mailbox is suspended. Senders try again; `postern mailbox activate` lets them in.",
  "peer-not-allowed":
    "Refused: an allow-list of the gateway or of the mailbox does not have the gateway's own address. That says nothing of other servers: those on the list are let in. To test, allow the gateway's own address for a moment.",
  "disk-low": "Refused for now: the disk has too little free space. Senders try again; make room.",
  "store-failing": "Refused for now: the gateway cannot write to its disk. Its log says why.",
  "too-busy": "Refused for now: the gateway has too many connections, or is stopping.",
  other: "Refused.",
  "no-listener": "Not sent: the gateway listens for mail on no port. Set listen.smtp.",
  "no-answer": "Not sent: the gateway's own listener gave no verdict.",
};
