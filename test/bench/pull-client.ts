// SPDX-License-Identifier: Apache-2.0

/**
 * The load of the pull benchmark, the same for every server: one POP3S connection that signs in and fetches a maildrop
 * from end to end with so many RETR under way (RFC 2449 §6.6). Prints {"seconds","messages","bytes"} of the fetching.
 *
 *   node test/bench/pull-client.ts PORT USER PASSWORD WINDOW
 */
import { once } from "node:events";
import { connect } from "node:tls";

const [port, user = "", password = "", windowText] = process.argv.slice(2);
const window = Number(windowText);
const socket = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false });
await once(socket, "secureConnect");

const greeting = await answer();
if (!greeting.startsWith("+OK")) throw new Error(greeting);
await ask(`USER ${user}`);
await ask(`PASS ${password}`);
const count = Number((await ask("STAT")).split(" ")[1]);

const from = performance.now();
const bytes = await fetchAll();
console.log(JSON.stringify({ seconds: (performance.now() - from) / 1000, messages: count, bytes }));
socket.end("QUIT\r\n");
socket.resume();

async function answer(): Promise<string> {
  const [chunk] = await once(socket, "data");
  return String(chunk);
}

async function ask(command: string): Promise<string> {
  socket.write(`${command}\r\n`);
  const line = await answer();
  if (!line.startsWith("+OK")) throw new Error(`${command.split(" ")[0]}: ${line}`);
  return line;
}

/** Every response ends in CRLF "." CRLF, and that stands nowhere else (RFC 1939 §3). */
function fetchAll(): Promise<number> {
  const end = Buffer.from("\r\n.\r\n");
  let [sent, done, total] = [0, 0, 0];
  let tail: Buffer = Buffer.alloc(0);
  const more = (): void => {
    let text = "";
    while (sent < count && sent - done < window) text += `RETR ${++sent}\r\n`;
    if (text !== "") socket.write(text);
  };
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`the connection ended after ${done} of ${count}`)));
    socket.on("data", (chunk: Buffer) => {
      total += chunk.length;
      const seam = Buffer.concat([tail, chunk.subarray(0, end.length - 1)]);
      if (seam.includes(end)) done += 1;
      for (let at = chunk.indexOf(end); at >= 0; at = chunk.indexOf(end, at + end.length)) done += 1;
      const last = chunk.subarray(-(end.length - 1));
      tail = last.length === end.length - 1 ? last : Buffer.concat([tail, last]).subarray(-(end.length - 1));
      if (done === count) resolve(total);
      else more();
    });
    more();
  });
}
