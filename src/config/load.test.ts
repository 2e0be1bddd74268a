// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { hasCode, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { exampleConfiguration } from "./example.ts";
import { checkConfiguration, loadConfig } from "./load.ts";
import { schema } from "./schema.ts";
import type { Section } from "./setting.ts";

const environment = {};

function problems(text: string, variables: Readonly<Record<string, string>> = {}): readonly string[] {
  return checkConfiguration(text, variables).map(({ where, reason }) => `${where}: ${reason}`);
}

test("without anything the defaults apply, the standard ports and the limits among them", () => {
  const { listen, limits: configured, gateway, control, tls } = loadConfig({ environment });
  assert.deepEqual(
    Object.values(listen).map(([address]) => address?.port),
    [25, 587, 465, 110, 995, 8450],
  );
  assert.equal(configured.maxMessageBytes, limits.maxMessageBytes);
  assert.equal(configured.repeatedDeliveryMs, limits.repeatedDeliveryMs);
  assert.equal(gateway.dataDirectory, resolve("postern-data"));
  assert.equal(control.socket, resolve("postern-data/control.sock"));
  assert.equal(tls.certificateFile, undefined);
});

test("each source wins over the one before: file, environment, overrides", () => {
  const text = '[limits]\nsmtp_idle = "1 min"\npop3_idle = "1 min"\nconnections = 1\n';
  const variables = { POSTERN_LIMITS_POP3_IDLE: "2 min", POSTERN_LIMITS_CONNECTIONS: "2" };
  const { limits: configured } = loadConfig({ text, environment: variables, overrides: { "limits.connections": 3 } });
  assert.equal(configured.smtpIdleMs, 60_000);
  assert.equal(configured.pop3IdleMs, 120_000);
  assert.equal(configured.connectionsTotal, 3);
});

test("lists, tables and flags come from the environment too", () => {
  const configuration = loadConfig({
    environment: {
      POSTERN_LISTEN_SMTP: "127.0.0.1:25, [::1]:25",
      POSTERN_LISTEN_POP3: "",
      POSTERN_PROXY_ENABLED: "false",
      POSTERN_PROXY_CA_FILES: "mail.example.com=/etc/ca.pem",
    },
  });
  assert.deepEqual(configuration.listen.smtp, [
    { host: "127.0.0.1", port: 25 },
    { host: "::1", port: 25 },
  ]);
  assert.deepEqual(configuration.listen.pop3, []);
  assert.equal(configuration.proxy.enabled, false);
  assert.deepEqual([...configuration.proxy.caFiles], [["mail.example.com", "/etc/ca.pem"]]);
});

test("the control socket lies in the data directory, wherever that is", () => {
  const { control } = loadConfig({ environment, overrides: { "gateway.data_directory": "/var/lib/postern" } });
  assert.equal(control.socket, "/var/lib/postern/control.sock");
});

test("all problems are told at once, with line and reason, and nothing is applied", () => {
  const text = [
    "[limts]",
    "connections = 1",
    "[limits]",
    'max_mesage_size = "1 MiB"',
    "smtp_idle = 5",
    'disk_reserve = "5 apples"',
    "[listen]",
    'smtp = ["*:25", "localhost:25"]',
  ].join("\n");
  assert.deepEqual(problems(text, { POSTERN_LISTEN_SMPT: "*:25", POSTERN_LIMITS_CONNECTIONS: "many" }), [
    "line 1: limts: unknown section; did you mean limits?",
    "line 4: limits.max_mesage_size: unknown setting; did you mean max_message_size?",
    "POSTERN_LISTEN_SMPT: unknown setting; did you mean POSTERN_LISTEN_SMTP?",
    'line 8: listen.smtp: entry 2: "localhost" is no address; write address:port, such as "*:25", "127.0.0.1:2525" or "[::1]:2525"',
    "POSTERN_LIMITS_CONNECTIONS: must be a whole number, without quotes",
    'line 5: limits.smtp_idle: must be a text in quotes (duration, "1 s" to "1 h")',
    'line 6: limits.disk_reserve: "apples" is no unit here; use TiB, TB, GiB, GB, MiB, MB, KiB, KB, B',
  ]);
  assert.throws(
    () => loadConfig({ text, environment }),
    (error) => hasCode(error, "config/invalid") && error.message.includes("\n  line 1: limts"),
  );
});

test("a text that is no TOML is refused with the place", () => {
  assert.match(problems('[limits]\nsmtp_idle = "5 min\n')[0] ?? "", /^line 2, column [0-9]+: /);
});

test("names that objects have by birth are no settings", () => {
  assert.equal(problems("[constructor]\na = 1").length, 1);
  assert.equal(problems('[limits]\nconstructor = "x"\n"__proto__" = 1').length, 2);
  assert.equal(problems("", { POSTERN_LIMITS_CONSTRUCTOR: "x" }).length, 1);
});

test("a key where a section belongs, and a section where a key belongs", () => {
  assert.deepEqual(problems("limits = 5"), ["line 1: limits: must be a section, [limits]"]);
  assert.match(problems("[limits.connections]\na = 1").join(), /^line 1: limits.connections: must be a whole number/);
});

test("lines of dotted and quoted keys are found", () => {
  assert.match(problems('# head\nlimits.connections = "x"').join(), /^line 2: limits\.connections: /);
  assert.match(problems('\n["limits"] # note\n"connections" = "x"').join(), /^line 3: limits\.connections: /);
});

test("variables of others with the same beginning are left alone", () => {
  assert.deepEqual(problems("", { POSTERN_SERVICE_HOST: "10.0.0.1", POSTERN_PORT: "x", POSTERN_PASSWORD: "x" }), []);
});

test("certificate and key belong together", () => {
  assert.equal(problems('[tls]\ncertificate_file = "a.pem"').length, 1);
  assert.equal(problems('[tls]\nkey_file = "a.pem"').length, 1);
  assert.deepEqual(problems('[tls]\ncertificate_file = "a.pem"\nkey_file = "b.pem"'), []);
});

test("a range holds at its ends and not one beyond", () => {
  const scrypt = (value: number): number => problems(`[seal]\nscrypt_work_factor = ${value}`).length;
  assert.deepEqual([9, 10, 20, 21].map(scrypt), [1, 0, 0, 1]);
  const idle = (value: string): number => problems(`[limits]\nsmtp_idle = "${value}"`).length;
  assert.deepEqual(["999 ms", "1 s", "1 h", "3600001 ms"].map(idle), [1, 0, 0, 1]);
});

test("at least one domain is needed", () => {
  assert.equal(problems("[gateway]\ndomains = []").length, 1);
});

test("a file that cannot be read is config/unreadable", () => {
  assert.throws(
    () => loadConfig({ file: "/nonexistent/postern.toml", environment }),
    (error) => error instanceof PosternError && error.code === "config/unreadable",
  );
});

test("the example names every setting, changes nothing, and holds when its settings are taken in", () => {
  const example = exampleConfiguration();
  const sections: readonly Section[] = Object.values(schema);
  const keys = sections.flatMap(({ settings }) => Object.keys(settings));
  for (const key of keys) assert.match(example, new RegExp(`^#${key} = `, "m"));
  assert.deepEqual(loadConfig({ text: example, environment }), loadConfig({ environment }));
  const takenIn = example.replaceAll(/^#(\w+ = (?!""))/gm, "$1");
  assert.ok(takenIn.includes('\nsmtp = ["*:25"]\n'));
  assert.deepEqual(loadConfig({ text: takenIn, environment }), loadConfig({ environment }));
});

test("the configuration of `npm start` keeps to this machine and to ports without privileges", () => {
  const { listen } = loadConfig({ file: resolve(import.meta.dirname, "../../examples/local.toml"), environment });
  for (const address of Object.values(listen).flat()) {
    assert.equal(address.host, "127.0.0.1");
    assert.ok(address.port > 1023);
  }
});
