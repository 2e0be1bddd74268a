// SPDX-License-Identifier: Apache-2.0
/** What npm publishes: compiled, packed and unpacked elsewhere with nothing but its declared dependencies beside it. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { GatewayProcess } from "../support/gateway-process.ts";
import { runProgram } from "../support/run-program.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const repository = join(import.meta.dirname, "../..");
const compiler = join(repository, "node_modules/typescript/bin/tsc");
const manifest: {
  readonly version: string;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

suite("the package", { skip: existsSync(compiler) ? false : "the TypeScript compiler is not installed" }, () => {
  let directory: string;
  let installed: string;
  before(async () => {
    directory = await temporaryDirectory("package");
    installed = await packAndUnpack(directory);
  });
  after(async () => removeDirectory(directory));

  test("has the program, the manual and the licence, and no source or test", async () => {
    for (const path of [
      "bin/postern.cjs",
      "dist/main.js",
      "dist/web/index.html",
      "docs/command-line.md",
      "LICENSE",
      "README.md",
    ])
      assert.ok(existsSync(join(installed, path)), path);
    const { stdout } = await runProgram("find", [installed, "-name", "*.test.*", "-o", "-name", "src"]);
    assert.equal(stdout.toString(), "");
  });

  test("tells its version", async () => {
    const program = join(installed, "bin/postern.cjs");
    const { stdout } = await runProgram(process.execPath, [program, "--version"], { cwd: directory });
    assert.equal(stdout.toString(), `${manifest.version}\n`);
  });

  test("runs a gateway that takes mail, exports it and stops", async () => {
    const gateway = await GatewayProcess.start({ program: join(installed, "bin/postern.cjs") });
    try {
      const mailbox = await gateway.createMailbox("packed");
      const client = await SmtpClient.open({
        port: gateway.ports.smtp,
        startTls: { ca: await gateway.certificate() },
      });
      const content = Buffer.from("Subject: by the package\r\n\r\nx\r\n");
      const reply = await client.deliver({ from: "m0@sender.test", to: [mailbox.address], content });
      assert.equal(reply.code, 250, reply.text);
      await client.quit();
      await gateway.exportMailbox(mailbox, join(directory, "out"), "mbox");
      assert.match(readFileSync(join(directory, "out"), "latin1"), /\nSubject: by the package\n\nx\n/);
      await gateway.verify();
      assert.equal(await gateway.stop(), 0);
    } finally {
      await gateway.remove();
    }
  });
});

/** Compiles and packs a copy, so that the working tree is left alone, and unpacks it as npm lays packages out. */
async function packAndUnpack(directory: string): Promise<string> {
  const copy = join(directory, "copy");
  mkdirSync(copy);
  for (const name of ["package.json", ...manifest.files.filter((name) => name !== "dist")])
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  const project = join(repository, "tsconfig.build.json");
  await runProgram(process.execPath, [compiler, "-p", project, "--outDir", join(copy, "dist")]);
  cpSync(join(repository, "dist/web"), join(copy, "dist/web"), { recursive: true });
  await runProgram("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", directory], { cwd: copy });

  const modules = join(directory, "node_modules");
  const installed = join(modules, "postern");
  mkdirSync(installed, { recursive: true });
  const archive = join(directory, `postern-${manifest.version}.tgz`);
  await runProgram("tar", ["-xzf", archive, "-C", installed, "--strip-components=1"]);
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), join(modules, name));
  }
  return installed;
}
