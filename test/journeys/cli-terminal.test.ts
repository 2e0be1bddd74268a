// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { skipWithoutPeers } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
const env = { POSTERN_SEAL_SCRYPT_WORK_FACTOR: "10" };
const skip = skipWithoutPeers(["python3"]);
let directory: string;
let mailbox: { readonly id: string; readonly password: string };

/**
 * Runs the program on a pseudo-terminal, which Node cannot make: waits for a question, types the answer, prints all that
 * stood on the terminal and ends with the program's exit code.
 */
const onTerminal = `
import os, pty, select, sys
question, answer, program = sys.argv[1].encode(), os.fsencode(sys.argv[2]), sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(program[0], program)
shown = b""
asked = False
while True:
    if not select.select([terminal], [], [], 60)[0]:
        os.kill(child, 9)
    try:
        read = os.read(terminal, 4096)
    except OSError:
        break
    if not read:
        break
    shown += read
    if not asked and question in shown:
        asked = True
        os.write(terminal, answer)
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

async function answer(question: string, typed: string, ...args: readonly string[]) {
  const command = [process.execPath, program, ...args, "--data", directory];
  const { code, stdout } = await runProgram("python3", ["-c", onTerminal, question, typed, ...command], {
    env,
    accept: [0, 1, 2],
  });
  return { code, shown: stdout.toString() };
}

before(async () => {
  directory = await temporaryDirectory("terminal");
  const args = [program, "mailbox", "create", "Jörg", "--json", "--data", directory];
  mailbox = JSON.parse((await runProgram(process.execPath, args, { env })).stdout.toString());
});

after(async () => removeDirectory(directory));

test("a password is typed unseen, and mistyped characters can be taken back", { skip }, async () => {
  // Ctrl-U takes all back; backspace takes one whole character back, however many octets it has.
  const typed = `wrong\u0015${mailbox.password}ä\u007f\r`;
  const { code, shown } = await answer("Old password: ", typed, "mailbox", "password", mailbox.id);
  assert.equal(code, 0, shown);
  assert.ok(!shown.includes(mailbox.password) && !shown.includes("wrong"));
});

test("Ctrl-C instead of a password changes nothing", { skip }, async () => {
  const { code, shown } = await answer("Old password: ", "half\u0003", "mailbox", "password", mailbox.id);
  assert.equal(code, 1);
  assert.match(shown, /\[cli\/no-password\]/);
});

test("a mailbox is deleted only when its name is typed", { skip }, async () => {
  await runProgram(process.execPath, [program, "mailbox", "suspend", mailbox.id, "--data", directory], { env });
  const refused = await answer("to delete it: ", "yes\r", "mailbox", "delete", mailbox.id);
  assert.equal(refused.code, 2);
  assert.match(refused.shown, /nothing was deleted \[cli\/usage\]/);
  const done = await answer("to delete it: ", "Jörg\r", "mailbox", "delete", mailbox.id);
  assert.equal(done.code, 0, done.shown);
  assert.match(done.shown, /Jörg is deleted; 0 messages went with it\./);
});
