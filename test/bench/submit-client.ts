// SPDX-License-Identifier: Apache-2.0

/**
 * The load of the submission benchmark, the same for every server: some sessions with TLS from the first octet, each of
 * which signs in and then sends one message after the other, waiting for every reply as mail programs do. Prints
 * {"seconds","messages"}, without the sign-ins.
 *
 *   node test/bench/submit-client.ts PORT USER PASSWORD SESSIONS MESSAGES BYTES
 */
import { connect, type TLSSocket } from "node:tls";

const [port, user = "", password = "", sessions, messages, bytes] = process.argv.slice(2);
const header = "From: <sender@bench.test>\r\nTo: <box@bench.test>\r\nSubject: bench\r\n\r\n";
const line = `${"x".repeat(78)}\r\n`;
const body = line
  .repeat(Math.ceil((Number(bytes) - header.length) / line.length))
  .slice(0, Number(bytes) - header.length - 2);
const content = Buffer.from(`${header}${body.replace(/\r$/, "x")}\r\n.\r\n`);
let left = Number(messages);

// One after the other: many sign-ins of one user at the same time look like somebody who guesses.
const opened: OpenSession[] = [];
while (opened.length < Number(sessions)) opened.push(await signIn());
const from = performance.now();
await Promise.all(opened.map((session) => sendAll(session)));
console.log(JSON.stringify({ seconds: (performance.now() - from) / 1000, messages: Number(messages) }));
for (const { socket } of opened) {
  // From here on nobody waits for a reply, and a server or a proxy may close first.
  socket.removeAllListeners("close");
  socket.end("QUIT\r\n");
}

interface OpenSession {
  readonly socket: TLSSocket;
  /** The next whole reply; throws unless it has this code. */
  readonly expect: (code: string) => Promise<void>;
}

async function signIn(): Promise<OpenSession> {
  const socket = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false });
  socket.setNoDelay(true);
  const expect = replies(socket);
  await expect("220");
  socket.write("EHLO client.bench.test\r\n");
  await expect("250");
  socket.write(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}\r\n`);
  await expect("235");
  return { socket, expect };
}

async function sendAll({ socket, expect }: OpenSession): Promise<void> {
  while (left > 0) {
    left -= 1;
    socket.write("MAIL FROM:<sender@bench.test>\r\n");
    await expect("250");
    socket.write("RCPT TO:<box@bench.test>\r\n");
    await expect("250");
    socket.write("DATA\r\n");
    await expect("354");
    socket.write(content);
    await expect("250");
  }
}

/** Replies of a server that is asked one thing at a time. */
function replies(socket: TLSSocket): OpenSession["expect"] {
  let text = "";
  let wake = Promise.withResolvers<void>();
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    wake.resolve();
  });
  socket.on("close", () => wake.reject(new Error("the server closed the connection")));
  socket.on("error", (error) => wake.reject(error));
  return async (code) => {
    while (!/^\d{3}(?: .*)?\r\n/m.test(text)) {
      await wake.promise;
      wake = Promise.withResolvers();
    }
    const reply = text;
    text = "";
    if (!reply.startsWith(code)) throw new Error(reply);
  };
}
