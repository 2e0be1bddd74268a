// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { GatewayProcess } from "../support/gateway-process.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
const good = "grüne Eulen lesen nachts";
let directory: string;

before(async () => {
  directory = await temporaryDirectory("cli-admin");
});

after(async () => removeDirectory(directory));

function postern(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramResult> {
  return runProgram(process.execPath, [program, ...args], { cwd: directory, env, accept: [0, 1, 2] });
}

function names(result: ProgramResult): readonly string[] {
  const { administrators } = JSON.parse(result.stdout.toString());
  return administrators.map(({ name, role }: { name: string; role: string }) => `${name} ${role}`);
}

test("administrators are made before the first start, in a running gateway, and found again; the trail verifies", async () => {
  const gateway = await GatewayProcess.start();
  try {
    const config = ["--config", gateway.configurationFile, "--json"];
    await writeFile(join(directory, "password"), `${good}\n`);
    const made = await postern(["admin", "create", "Anna", "--password-file", "password", ...config]);
    assert.equal(made.code, 0, made.stderr);
    assert.ok(!`${made.stdout.toString()}${made.stderr}`.includes(good));
    await gateway.stop();
    const second = await postern(["admin", "create", "ben", "--role", "auditor", ...config], {
      POSTERN_PASSWORD: good,
    });
    assert.equal(second.code, 0, second.stderr);
    await gateway.startAgain();
    assert.deepEqual(names(await postern(["admin", "list", ...config])), ["anna administrator", "ben auditor"]);
    const renewed = await postern(["admin", "password", "ANNA", ...config], { POSTERN_PASSWORD: `${good} 2` });
    assert.equal(renewed.code, 0, renewed.stderr);
    await gateway.stop();

    const file = new DatabaseSync(join(gateway.dataDirectory, "accounts.sqlite"), { readOnly: true });
    const trail = file.prepare("SELECT action, subject, origin FROM audit ORDER BY position").all();
    file.close();
    assert.deepEqual(
      trail.map(({ action, subject, origin }) => [action, subject, origin]),
      [
        ["administrator.create", "anna", "control socket"],
        ["administrator.create", "ben", "command line"],
        ["administrator.password", "anna", "control socket"],
      ],
    );
    await gateway.verify();
    assert.ok(!(await readFile(join(gateway.dataDirectory, "accounts.sqlite"))).includes(good));
  } finally {
    await gateway.remove();
  }
});

test("a weak password, a name that is taken, an unknown one and a role that there is not: each says so", async () => {
  const data = ["--data", "mistakes", "--json"];
  const failures = [
    { args: ["admin", "create", "anna"], password: "password1234567", code: "admin/weak-password" },
    { args: ["admin", "create", "anna"], password: good, code: undefined },
    { args: ["admin", "create", "ANNA"], password: good, code: "admin/exists" },
    { args: ["admin", "password", "nobody"], password: good, code: "admin/unknown" },
    { args: ["admin", "reset-factors", "ANNA"], password: "", code: undefined },
    { args: ["admin", "reset-factors", "nobody"], password: "", code: "admin/unknown" },
    { args: ["admin", "create", "eve", "--role", "king"], password: good, code: "cli/usage" },
    { args: ["admin", "create", "eve"], password: "", code: "cli/no-password" },
  ];
  for (const { args, password, code } of failures) {
    const result = await postern([...args, ...data], { POSTERN_PASSWORD: password });
    const found = result.code === 0 ? undefined : JSON.parse(result.stderr).error.code;
    assert.equal(found, code, args.join(" "));
  }
});
