// SPDX-License-Identifier: Apache-2.0

import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";

/** The first line of a connection, without its end; `undefined` when it ends or breaks before, or says too much. */
export async function readLine(socket: Socket, maxBytes: number): Promise<string | undefined> {
  for await (const line of readLines(socket, maxBytes)) return line;
  return undefined;
}

/** The lines of a connection as they come. Ends with the connection, however it ends, and at a line that is too long. */
export async function* readLines(socket: Socket, maxBytes: number): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      rest += decoder.write(Buffer.from(chunk));
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 1);
        yield line;
      }
      if (rest.length > maxBytes) return;
    }
  } catch {
    // A connection that breaks ends the lines; whoever reads them misses the last one.
  }
}
