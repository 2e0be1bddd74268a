// SPDX-License-Identifier: Apache-2.0

/**
 * The load of the pull benchmark, the same for every server: one POP3S connection that signs in and fetches a maildrop
 * from end to end with so many RETR under way (RFC 2449 §6.6). Prints {"seconds","messages","bytes","medianMs"} of the
 * fetching; the last is that of one message, from its RETR to its end.
 *
 *   node test/bench/pull-client.ts PORT USER PASSWORD WINDOW
 */
import { once } from "node:events";
import { connect } from "node:tls";
import { median } from "./report.ts";

const [port, user = "", password = "", windowText] = process.argv.slice(2);
const window = Number(windowText);
const socket = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false });
await once(socket, "secureConnect");

const greeting = await answer();
if (!greeting.startsWith("+OK")) throw new Error(greeting);
await ask(`USER ${user}`);
await ask(`PASS ${password}`);
const count = Number((await ask("STAT")).split(" ")[1]);

/** When each RETR went out, and how long its message took. */
const [askedMs, tookMs]: [number[], number[]] = [[], []];
const from = performance.now();
const bytes = await fetchAll();
const seconds = (performance.now() - from) / 1000;
console.log(JSON.stringify({ seconds, messages: count, bytes, medianMs: median(tookMs) }));
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
    while (sent < count && sent - done < window) {
      askedMs[sent] = performance.now();
      text += `RETR ${++sent}\r\n`;
    }
    if (text !== "") socket.write(text);
  };
  const ended = (): void => {
    tookMs.push(performance.now() - (askedMs[done] ?? Number.NaN));
    done += 1;
  };
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`the connection ended after ${done} of ${count}`)));
    socket.on("data", (chunk: Buffer) => {
      total += chunk.length;
      const seam = Buffer.concat([tail, chunk.subarray(0, end.length - 1)]);
      if (seam.includes(end)) ended();
      for (let at = chunk.indexOf(end); at >= 0; at = chunk.indexOf(end, at + end.length)) ended();
      const last = chunk.subarray(-(end.length - 1));
      tail = last.length === end.length - 1 ? last : Buffer.concat([tail, last]).subarray(-(end.length - 1));
      if (done === count) resolve(total);
      else more();
    });
    more();
  });
}
