// SPDX-License-Identifier: Apache-2.0
/**
 * The whole story by itself: a mailbox, a journal report over SMTP with STARTTLS, a pull by POP3S, the sealed file, and
 * what happens without the password. Everything is real: the gateway, the sockets, the disk. Run by `npm run demo`.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { loadConfig } from "../src/config/load.ts";
import { createGateway } from "../src/gateway.ts";
import { silentLog } from "../src/observe/log.ts";
import { createUnsealer } from "../src/seal/unseal.ts";

const report = [
  "From: alice@example.com",
  "To: bob@example.com",
  "Subject: Quarterly figures",
  "Message-ID: <5f3c@journal.report.generator>",
  "X-MS-Journal-Report:",
  "MIME-Version: 1.0",
  'Content-Type: multipart/mixed; boundary="b"',
  "",
  "--b",
  "Content-Type: text/plain",
  "",
  "Sender: alice@example.com",
  "Subject: Quarterly figures",
  "Message-Id: <1234@example.com>",
  "Recipient: bob@example.com",
  "Bcc: carol@example.com",
  "",
  "--b",
  "Content-Type: message/rfc822",
  "",
  "From: alice@example.com",
  "To: bob@example.com",
  "Subject: Quarterly figures",
  "Message-ID: <1234@example.com>",
  "",
  "They are excellent.",
  "--b--",
  "",
].join("\r\n");

/** One line-based conversation, printed as it happens. */
class Dialog {
  #socket: Socket;
  #lines: AsyncIterator<string>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  async hear(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the gateway closed the connection");
    console.log(`    S: ${value}`);
    return value;
  }

  async say(line: string, shown = line): Promise<string> {
    console.log(`    C: ${shown}`);
    this.#socket.write(`${line}\r\n`);
    for (;;) {
      const reply = await this.hear();
      if (reply[3] !== "-") return reply;
    }
  }

  async hearBlock(): Promise<void> {
    while ((await this.hear()) !== ".");
  }
}

function section(title: string): void {
  console.log(`\n== ${title}`);
}

async function deliver(port: number, address: string): Promise<void> {
  const plain = connect(port, "127.0.0.1");
  const clear = new Dialog(plain);
  await clear.hear();
  await clear.say("EHLO mail.example.com");
  await clear.say("STARTTLS");
  const encrypted = connectTls({ socket: plain, rejectUnauthorized: false });
  const dialog = new Dialog(encrypted);
  await dialog.say("EHLO mail.example.com");
  await dialog.say("MAIL FROM:<journal@example.com>");
  await dialog.say(`RCPT TO:<${address}>`);
  await dialog.say("DATA");
  await dialog.say(`${report}.`, `… a journal report of ${report.length} octets … and the dot`);
  await dialog.say("QUIT");
}

async function pull(port: number, id: string, password: string): Promise<void> {
  const dialog = new Dialog(connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }));
  await dialog.hear();
  await dialog.say(`USER ${id}`);
  await dialog.say(`PASS ${password}`, "PASS (the password)");
  await dialog.say("UIDL");
  await dialog.hearBlock();
  await dialog.say("RETR 1");
  await dialog.hearBlock();
  await dialog.say("QUIT");
}

async function tryWrongPassword(port: number, id: string): Promise<void> {
  const dialog = new Dialog(connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }));
  await dialog.hear();
  await dialog.say(`USER ${id}`);
  await dialog.say("PASS not-the-password");
}

async function showSealed(directory: string): Promise<void> {
  const [segment = ""] = await readdir(join(directory, "segments"));
  const octets = await readFile(join(directory, "segments", segment));
  const start = octets.indexOf("age-encryption.org/v1");
  console.log(`    ${segment}, from octet ${start}:`);
  console.log(
    octets
      .subarray(start, start + 240)
      .toString("latin1")
      .replace(/^/gm, "    | "),
  );
  for (const word of ["Quarterly", "alice", "carol"])
    console.log(`    "${word}" in the data directory: ${octets.includes(word) ? "FOUND" : "not there"}`);
  try {
    createUnsealer([]).update(octets.subarray(start));
  } catch (error) {
    console.log(`    without the mailbox's key: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "postern-demo-"));
  const configuration = loadConfig({
    text: `
      [gateway]
      data_directory = ${JSON.stringify(directory)}
      host_name = "localhost"
      domains = ["postern.localhost"]
      [listen]
      smtp = ["127.0.0.1:0"]
      submission = []
      submissions = []
      pop3 = []
      pop3s = ["127.0.0.1:0"]
      console = []
    `,
    environment: {},
  });
  const gateway = await createGateway(configuration, { log: silentLog });
  await gateway.start();
  try {
    section("1. A mailbox, with a password that is shown once");
    const { mailbox, password } = await gateway.mailboxes.create({ name: "Demo journal" });
    const address = `${mailbox.id}@postern.localhost`;
    console.log(`    address  ${address}\n    password ${password.expose().toString()}`);
    section("2. Another mail server sends a journal report: SMTP with STARTTLS");
    await deliver(gateway.port("smtp"), address);
    section("3. The archive fetches it: POP3S, mailbox id and password");
    await pull(gateway.port("pop3s"), mailbox.id, password.expose().toString());
    section("4. What lies on the disk");
    await showSealed(directory);
    section("5. A wrong password");
    await tryWrongPassword(gateway.port("pop3s"), mailbox.id);
    password.wipe();
  } finally {
    await gateway.stop();
    await rm(directory, { recursive: true });
  }
  console.log("\nDone. Start your own with: npm start");
}

await main();
