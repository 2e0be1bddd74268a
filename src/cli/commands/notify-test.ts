// SPDX-License-Identifier: Apache-2.0
import { Argument, Command } from "commander";
import type { NoticeTestResult } from "../../admin/notice-shapes.ts";
import { PosternError } from "../../base/errors.ts";
import { type ChannelName, channelNames } from "../../notify/channel.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";

export function notifyTestCommand(io: CommandIo): Command {
  const command = new Command("test")
    .description("send a test notice, and show what the mail server or the webhook said")
    .addArgument(new Argument("<channel>", "how it goes").choices(channelNames));
  return addCommonOptions(command).action(async (channel: ChannelName, options: CommonOptions) => {
    const output = new Output(io, options.json === true);
    const result = await runCommandOperation(io, options, "notify.test", { channel });
    output.result(result, `${words[result.outcome]}\nThe other side, after ${result.tookMs} ms: ${result.reply}`);
    if (result.outcome !== "delivered") throw new PosternError("cli/incomplete", "the test notice was not delivered");
  });
}

const words: Readonly<Record<NoticeTestResult["outcome"], string>> = {
  delivered: "The test notice was delivered. Look whether it is there.",
  refused: "Refused.",
  failed: "Not sent.",
};
