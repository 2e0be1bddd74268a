// SPDX-License-Identifier: Apache-2.0
import { Readable } from "node:stream";
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { EventFeed, FedEvent } from "../../observe/event-feed.ts";

export interface EventStreamOptions {
  /** The last event that the caller has seen; `undefined`: from now on. */
  readonly lastId: number | undefined;
  /** Asked before each event: a sign-in that was ended, or a token that was revoked, hears nothing more. */
  readonly stillValid: () => boolean;
  /** How often something is said, so that both sides notice when the other is gone. */
  readonly heartbeatMs?: number;
}

/**
 * The feed as server-sent events (HTML Living Standard, section 9.2). A reader that does not read is cut off when so much
 * waits for it that memory would be at stake; it comes back with the id of the last event it has. Throws `api/too-many`.
 */
export function eventStream(feed: EventFeed, options: EventStreamOptions): Readable {
  const stream = new Readable({ read: () => undefined, highWaterMark: limits.eventBacklogBytes });
  let over = false;
  const end = (): void => {
    if (!over) stream.push(null);
    over = true;
  };
  const send = (text: string): void => {
    if (over) return;
    if (!options.stillValid()) end();
    else if (!stream.push(text)) stream.destroy();
  };
  const unfollow = feed.follow({ event: (event) => send(format(event)), end });
  if (unfollow === undefined) throw new PosternError("api/too-many", "too many follow the events");
  const heartbeat = setInterval(() => send(": \n\n"), options.heartbeatMs ?? limits.eventHeartbeatMs);
  const stop = (): void => {
    over = true;
    clearInterval(heartbeat);
    unfollow();
  };
  stream.once("end", stop);
  stream.once("close", stop);
  send("retry: 3000\n\n");
  if (options.lastId !== undefined) for (const event of feed.since(options.lastId)) send(format(event));
  return stream;
}

/** JSON has no line ends, so one `data` line holds all. */
function format({ id, atMs, ...event }: FedEvent): string {
  return `id: ${id}\ndata: ${JSON.stringify({ id, at: new Date(atMs).toISOString(), ...event })}\n\n`;
}
