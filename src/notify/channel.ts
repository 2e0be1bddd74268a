// SPDX-License-Identifier: Apache-2.0
import { open } from "node:fs/promises";
import { describeError, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Letter } from "./letter.ts";
import { oneLine } from "./mail-text.ts";

export const channelNames = ["email", "webhook"] as const;
export type ChannelName = (typeof channelNames)[number];

/** What came of sending. `failed`: there was no verdict. */
export interface SendResult {
  readonly outcome: "delivered" | "refused" | "failed";
  /** What the other side said, or how far it came: one line. */
  readonly reply: string;
}

/** A way to somebody. */
export interface Channel {
  /** Whether there is anybody to write to; may change at any time. */
  readonly isConfigured: boolean;
  /** Bounded in time. Throws nothing but faults of ours. */
  send(letter: Letter, signal: AbortSignal): Promise<SendResult>;
}

const replyCharacters = 300;

/** What others say may hold anything and be long. */
export function sendResult(outcome: SendResult["outcome"], reply: string): SendResult {
  return { outcome, reply: oneLine(reply).slice(0, replyCharacters) };
}

/**
 * The first line of a small file that holds a secret; a line end behind it is no part of it. Throws `config/unreadable`,
 * which names the file and never what is in it.
 */
export async function readSecretFile(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const room = Buffer.alloc(limits.noticeSecretBytes + 1);
      const { bytesRead } = await handle.read(room, 0, room.length, 0);
      const text = room.subarray(0, bytesRead);
      const end = text.indexOf(0x0a);
      const line = end < 0 ? text : text.subarray(0, text[end - 1] === 0x0d ? end - 1 : end);
      if (line.length === 0) throw new PosternError("config/unreadable", "the first line is empty");
      if (line.length > limits.noticeSecretBytes)
        throw new PosternError("config/unreadable", "the first line is too long");
      return line;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reason = error instanceof PosternError ? error.message : describeError(error);
    throw new PosternError("config/unreadable", `${file}: ${reason}`, { cause: error });
  }
}
