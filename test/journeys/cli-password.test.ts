// SPDX-License-Identifier: Apache-2.0
/** A change of a mailbox password by the command, when something comes between: one of the two passwords that it names opens. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { ControlRelay } from "../support/control-relay.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
let gateway: GatewayProcess;
let mailbox: CreatedMailbox;

before(async () => {
  gateway = await GatewayProcess.start({ configuration: "[seal]\nscrypt_work_factor = 10" });
  mailbox = await gateway.createMailbox("Journal");
});

after(() => gateway.remove());

test("for people: the password stands there before anything is changed, and what holds is said afterwards", async () => {
  const wrong = await change("new.txt", { password: "not it" });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /until then the old one is\.\nNothing is changed: .*\n.*\[seal\/wrong-passphrase\]\n$/);
  await opens(mailbox.password, true);
  const { code, stderr, printed } = await change("new.txt");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /It is valid once this command says so.*\nThe password is changed: /);
  const made = /^Password +(\S+)\n$/.exec(printed)?.[1] ?? "";
  await opens(mailbox.password, false);
  await opens(made, true);
  mailbox = { ...mailbox, password: made };
});

test("for programs: the one value is in the file before the change is asked for, and a lost answer loses nothing", async () => {
  let before = "";
  const socket = join(gateway.directory, "relay.sock");
  const relay = await ControlRelay.start(socket, {
    gateway: join(gateway.dataDirectory, "control.sock"),
    loses: "mailbox.password-change",
    asked: () => {
      before = readFileSync(join(gateway.directory, "new.json"), "utf8");
    },
  });
  try {
    const { code, stderr, printed } = await change("new.json", { socket, json: true });
    assert.deepEqual([code, JSON.parse(stderr).error.code], [1, "cli/password-unsettled"]);
    assert.match(JSON.parse(stderr).error.message, /try the new one first/);
    assert.equal(before, printed);
    const { password, ...rest } = JSON.parse(printed);
    assert.deepEqual(rest, { id: mailbox.id, address: mailbox.address });
    await opens(mailbox.password, false);
    await opens(password, true);
    mailbox = { ...mailbox, password };
  } finally {
    await relay.stop();
  }
});

test("a password that cannot be written down is not asked for: full disk, and a reader that has gone", async () => {
  const full = await change("/dev/full", { json: true });
  assert.deepEqual([full.code, JSON.parse(full.stderr).error.code], [1, "cli/cannot-write"]);
  await opens(mailbox.password, true);
  const child = start("pipe", { json: true });
  child.stdout?.destroy();
  const said = text(child.stderr ?? Readable.from([]));
  const [code] = await once(child, "close");
  assert.deepEqual([code, JSON.parse(await said).error.code], [1, "cli/cannot-write"]);
  await opens(mailbox.password, true);
});

interface ChangeOptions {
  readonly password?: string;
  /** The control socket; that of the gateway otherwise. */
  readonly socket?: string;
  readonly json?: boolean;
}

/** Runs the command with its standard output in a file. */
async function change(
  file: string,
  options: ChangeOptions = {},
): Promise<{ readonly code: number | null; readonly stderr: string; readonly printed: string }> {
  const path = join(gateway.directory, file);
  const out = openSync(file.startsWith("/") ? file : path, "w");
  try {
    const child = start(out, options);
    const said = text(child.stderr ?? Readable.from([]));
    const [code] = await once(child, "close");
    return { code, stderr: await said, printed: file.startsWith("/") ? "" : readFileSync(path, "utf8") };
  } finally {
    closeSync(out);
  }
}

function start(stdout: number | "pipe", { password = mailbox.password, socket, json = false }: ChangeOptions) {
  const args = ["mailbox", "password", mailbox.id, "--config", gateway.configurationFile, ...(json ? ["--json"] : [])];
  return spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", stdout, "pipe"],
    env: {
      ...process.env,
      POSTERN_PASSWORD: password,
      ...(socket === undefined ? {} : { POSTERN_CONTROL_SOCKET: socket }),
    },
  });
}

async function opens(password: string, wanted: boolean): Promise<void> {
  const client = await Pop3Client.connect({ port: gateway.ports.pop3s, tls: { ca: await gateway.certificate() } });
  try {
    if (wanted) await client.signIn(mailbox.id, password);
    else await assert.rejects(client.signIn(mailbox.id, password), /\[AUTH\]/);
  } finally {
    client.peer.destroy();
  }
}
