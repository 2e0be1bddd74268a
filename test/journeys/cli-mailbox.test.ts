// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdir, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { GatewayProcess } from "../support/gateway-process.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
const quick = { POSTERN_SEAL_SCRYPT_WORK_FACTOR: "10" };
let directory: string;

before(async () => {
  directory = await temporaryDirectory("cli");
});

after(async () => removeDirectory(directory));

function postern(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramResult> {
  return runProgram(process.execPath, [program, ...args], {
    cwd: directory,
    env: { ...quick, ...env },
    accept: [0, 1, 2],
  });
}

test("without a gateway, commands work on the data directory: create, list, edit, change the password, delete", async () => {
  const data = ["--data", "offline", "--json"];
  const made = await postern(["mailbox", "create", "Journal", "--allow-peer", "google", "--no-require-tls", ...data]);
  assert.equal(made.code, 0);
  const created = JSON.parse(made.stdout.toString());
  assert.deepEqual(Object.keys(created), ["id", "address", "password"]);
  assert.equal(created.address, `${created.id}@postern.localhost`);

  const shown = JSON.parse((await postern(["mailbox", "show", created.address, ...data])).stdout.toString());
  assert.deepEqual([shown.requireTls, shown.allowedPeers, shown.state], [false, ["google"], "active"]);
  const text = (await postern(["mailbox", "show", created.id, "--data", "offline"])).stdout.toString();
  // Each protocol has its own word for the way into TLS (RFC 3207, RFC 2595 §4).
  assert.match(text, /SMTP .*, port \d+, STARTTLS\n/);
  assert.match(text, /POP3 .*, port \d+, STLS\n/);

  const changed = await postern(["mailbox", "password", created.id, ...data], { POSTERN_PASSWORD: created.password });
  assert.notEqual(JSON.parse(changed.stdout.toString()).password, created.password);
  const stale = await postern(["mailbox", "password", created.id, ...data], { POSTERN_PASSWORD: created.password });
  assert.deepEqual([stale.code, JSON.parse(stale.stderr).error.code], [1, "seal/wrong-passphrase"]);

  await postern(["mailbox", "edit", created.id, "--name", "Renamed", "--require-tls", "--any-peer", ...data]);
  const details = async () => JSON.parse((await postern(["mailbox", "show", created.id, ...data])).stdout.toString());
  await postern(["mailbox", "edit", created.id, "--most-waiting", "10 GiB", ...data]);
  assert.equal((await details()).mostWaitingBytes, 10 * 1024 ** 3);
  const unclear = await postern(["mailbox", "edit", created.id, "--most-waiting", "ten", ...data]);
  assert.deepEqual([unclear.code, JSON.parse(unclear.stderr).error.code], [2, "cli/usage"]);
  await postern(["mailbox", "edit", created.id, "--most-waiting", "none", ...data]);
  assert.equal((await details()).mostWaitingBytes, null);
  await postern(["mailbox", "suspend", created.id, ...data]);
  const list = JSON.parse((await postern(["mailbox", "list", ...data])).stdout.toString());
  assert.deepEqual(
    list.mailboxes.map(({ name, state }: { name: string; state: string }) => [name, state]),
    [["Renamed", "suspended"]],
  );
  const removed = await postern(["mailbox", "delete", created.id, "--yes", ...data]);
  assert.deepEqual(JSON.parse(removed.stdout.toString()), { id: created.id, removedMessages: 0 });
});

test("what to type into mail clients: for one server, for two, and nothing that the proxy would not read", async () => {
  const data = ["--data", "clients"];
  const env = {
    POSTERN_GATEWAY_HOST_NAME: "gate.example.com",
    POSTERN_LISTEN_POP3S: "",
    POSTERN_LISTEN_POP3: "127.0.0.1:110",
  };
  const { id } = JSON.parse((await postern(["mailbox", "create", "Clients", ...data, "--json"])).stdout.toString());
  const show = (...account: readonly string[]): Promise<ProgramResult> =>
    postern(["mailbox", "show", id, ...data, "--proxy", ...account], env);
  const shown = JSON.parse(
    (await show("o'neil%b.example", "mail.b.example", "SMTP.b.example:465", "--json")).stdout.toString(),
  );
  assert.deepEqual(shown, {
    id,
    incoming: {
      host: "gate.example.com",
      port: 110,
      tls: "starttls",
      userName: `o'neil%b.example%mail.b.example%${id}`,
    },
    outgoing: {
      host: "gate.example.com",
      port: 465,
      tls: "implicit",
      userName: `o'neil%b.example%smtp.b.example:465%${id}`,
    },
  });
  const people = (await show("anna@b.example", "mail.b.example")).stdout.toString();
  for (const client of ["Outlook", "Thunderbird", "Apple Mail", "iPhone", "Android"])
    assert.ok(people.includes(client));
  assert.equal(people.split(`anna@b.example%mail.b.example%${id}\n`).length, 11);
  for (const wrong of [["anna"], ["anna", "no server"], ["a\u0007", "mail.b.example"], ["a", "b.c", "b.c", "b.c"]])
    assert.equal((await show(...wrong)).code, 2, wrong.join(" "));
});

test("two commands at once both come through", async () => {
  const results = await Promise.all(["a", "b"].map((name) => postern(["mailbox", "create", name, "--data", "both"])));
  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 0],
  );
});

test("wrong usage ends with 2, failure with 1, help with 0; with --json as an object", async () => {
  const cases: readonly (readonly [args: readonly string[], exit: number, code: string])[] = [
    [["mailbox", "crate", "--json"], 2, "cli/usage"],
    [["mailbox", "create", "--json"], 2, "cli/usage"],
    [["mailbox", "show", "mbx-1", "--json"], 2, "cli/usage"],
    [["mailbox", "list", "--jsn", "--json"], 2, "cli/usage"],
    [["export", `mbx-${"0".repeat(32)}`, "--to", "x", "--format", "zip", "--json"], 2, "cli/usage"],
    [["mailbox", "list", "--data", "nowhere", "--json"], 1, "store/no-data"],
    [["mailbox", "list", "--config", "nowhere.toml", "--json"], 1, "config/unreadable"],
  ];
  for (const [args, exit, code] of cases) {
    const result = await postern(args);
    assert.equal(result.code, exit, args.join(" "));
    assert.equal(JSON.parse(result.stderr).error.code, code);
    assert.equal(result.stdout.length, 0);
  }
  const help = await postern(["mailbox", "create", "--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout.toString(), /^Usage: postern mailbox create/);
  assert.match((await postern(["mailbox", "list", "--data", "nowhere"])).stderr, /^postern: .* \[store\/no-data\]\n$/);
  assert.ok(!(await readdir(directory)).includes("nowhere"));
});

test("a wrong configuration is refused with line and reason, a right one is not", async () => {
  await writeFile(join(directory, "wrong.toml"), '[gateway]\nhost_nam = "a"\n');
  const wrong = await postern(["config", "check", "wrong.toml"]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /line 2: gateway\.host_nam: .*host_name/);
  await writeFile(join(directory, "right.toml"), '[gateway]\nhost_name = "a.example"\n');
  assert.equal((await postern(["config", "check", "right.toml"])).code, 0);
});

test("the configuration says where the data are; --data wins over it", async () => {
  const place = join(directory, "configured");
  await mkdir(place);
  await writeFile(
    join(place, "postern.toml"),
    `[gateway]\ndata_directory = ${JSON.stringify(join(place, "here"))}\ndomains = ["mail.example"]\n`,
  );
  const made = await runProgram(process.execPath, [program, "mailbox", "create", "a", "--json"], {
    cwd: place,
    env: quick,
  });
  assert.match(JSON.parse(made.stdout.toString()).address, /@mail\.example$/);
  await postern(["mailbox", "create", "b", "--config", join(place, "postern.toml"), "--data", join(place, "there")]);
  assert.deepEqual((await readdir(place)).toSorted(), ["here", "postern.toml", "there"]);
});

test("while the gateway runs it does what commands ask, and mail is not lost by mistake", async () => {
  const gateway = await GatewayProcess.start({ configuration: "[seal]\nscrypt_work_factor = 10" });
  try {
    const mailbox = await gateway.createMailbox("Journal");
    const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { rejectUnauthorized: false } });
    await client.deliver({
      from: "a@example.com",
      to: [mailbox.address],
      content: Buffer.from("Subject: x\r\n\r\nx\r\n"),
    });
    await client.command("QUIT", 221);
    const run = (...args: readonly string[]) => postern([...args, "--config", gateway.configurationFile, "--json"]);

    const status = JSON.parse((await run("status")).stdout.toString());
    assert.deepEqual([status.running.processId, status.messages], [gateway.pid, 1]);
    const reset = await run("mailbox", "password", mailbox.id, "--reset");
    assert.deepEqual([reset.code, JSON.parse(reset.stderr).error.code], [1, "mailbox/not-empty"]);
    const active = await run("mailbox", "delete", mailbox.id, "--yes");
    assert.deepEqual([active.code, JSON.parse(active.stderr).error.code], [1, "mailbox/not-suspended"]);
    await run("mailbox", "suspend", mailbox.id);
    const unasked = await run("mailbox", "delete", mailbox.id);
    assert.deepEqual([unasked.code, JSON.parse(unasked.stderr).error.code], [2, "cli/usage"]);

    const clean = JSON.parse((await run("verify")).stdout.toString());
    assert.deepEqual([clean.mailboxes, clean.messages, clean.findings], [1, 1, []]);
    const stranger = await run("verify", `mbx-${"0".repeat(32)}`);
    assert.deepEqual([stranger.code, JSON.parse(stranger.stderr).error.code], [1, "mailbox/unknown"]);

    assert.equal(
      (await run("mailbox", "delete", mailbox.id, "--yes")).stdout.toString(),
      `{"id":"${mailbox.id}","removedMessages":1}\n`,
    );
    assert.ok(!(await gateway.log()).includes(mailbox.password));
    assert.equal(await gateway.stop(), 0);
    assert.ok(!(await readdir(gateway.dataDirectory)).includes("control.sock"));
  } finally {
    await gateway.remove();
  }
});

test("a test message: accepted, refused while suspended, and not without a gateway", async () => {
  const gateway = await GatewayProcess.start({ configuration: "[seal]\nscrypt_work_factor = 10" });
  try {
    const { id } = await gateway.createMailbox("Journal");
    const run = (...args: readonly string[]) => postern([...args, "--config", gateway.configurationFile]);
    const accepted = await run("mailbox", "test", id);
    assert.equal(accepted.code, 0);
    assert.match(accepted.stdout.toString(), /^The test message is in the mailbox\.\n.* 250 2\.0\.0 /);
    await run("mailbox", "suspend", id);
    const refused = await run("mailbox", "test", id, "--json");
    assert.equal(refused.code, 1);
    const result = JSON.parse(refused.stdout.toString());
    assert.deepEqual([result.outcome, result.cause], ["refused", "mailbox-suspended"]);
    const shown = JSON.parse((await run("mailbox", "show", id, "--json")).stdout.toString());
    assert.equal(shown.messages, 1);
    await gateway.stop();
    const offline = await run("mailbox", "test", id, "--json");
    assert.deepEqual([offline.code, JSON.parse(offline.stderr).error.code], [1, "admin/unreachable"]);
  } finally {
    await gateway.remove();
  }
});

test("verify names what is damaged and ends with 1", async () => {
  const gateway = await GatewayProcess.start({ configuration: "[seal]\nscrypt_work_factor = 10" });
  try {
    const mailbox = await gateway.createMailbox("Journal");
    const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { rejectUnauthorized: false } });
    await client.deliver({
      from: "a@example.com",
      to: [mailbox.address],
      content: Buffer.from("Subject: x\r\n\r\nx\r\n"),
    });
    await gateway.kill();
    const [segment = ""] = await readdir(join(gateway.dataDirectory, "segments"));
    const file = join(gateway.dataDirectory, "segments", segment);
    await truncate(file, (await stat(file)).size - 1);
    const result = await postern(["verify", mailbox.id, "--config", gateway.configurationFile, "--json"]);
    assert.equal(result.code, 1);
    const { findings } = JSON.parse(result.stdout.toString());
    assert.equal(findings.length, 1);
    assert.equal(findings[0].severity, "damage");
    assert.equal(JSON.parse(result.stderr).error.code, "store/damaged");
  } finally {
    await gateway.remove();
  }
});
