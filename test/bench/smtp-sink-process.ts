// SPDX-License-Identifier: Apache-2.0

/**
 * The upstream of the submission benchmark: takes every sign-in and every message and does as little as can be, so that
 * what is measured is what stands before it. Prints its port.
 *
 *   node test/bench/smtp-sink-process.ts CERTIFICATE-FILE KEY-FILE
 */
import { readFileSync } from "node:fs";
import { createServer, type TLSSocket } from "node:tls";

const [certificateFile = "", keyFile = ""] = process.argv.slice(2);
const extensions = ["localhost", "PIPELINING", "SIZE 0", "8BITMIME", "SMTPUTF8", "AUTH PLAIN"];
const ehlo = extensions.map((each, at) => `250${at === extensions.length - 1 ? " " : "-"}${each}\r\n`).join("");
const endOfData = Buffer.from("\r\n.\r\n");

const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, serve);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : address);
});

function serve(socket: TLSSocket): void {
  let inContent = false;
  let held: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.write("220 sink ESMTP\r\n");
  socket.on("data", (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const end = held.indexOf(inContent ? endOfData : "\n");
      if (end < 0) break;
      const line = held.subarray(0, end);
      held = held.subarray(end + (inContent ? endOfData.length : 1));
      const answer = inContent ? "250 2.0.0 taken\r\n" : answerTo(line.toString("latin1").toUpperCase());
      inContent = answer.startsWith("354");
      socket.write(answer);
    }
    if (inContent) held = held.subarray(-(endOfData.length - 1));
  });
}

function answerTo(command: string): string {
  if (command.startsWith("EHLO")) return ehlo;
  if (command.startsWith("AUTH PLAIN")) return "235 2.7.0 come in\r\n";
  if (command.startsWith("DATA")) return "354 go on\r\n";
  return command.startsWith("QUIT") ? "221 2.0.0 bye\r\n" : "250 2.0.0 ok\r\n";
}
