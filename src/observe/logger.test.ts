// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LoggerOptions } from "./logger.ts";

function logLines(change: Partial<LoggerOptions>): { readonly lines: string[]; readonly options: LoggerOptions } {
  const lines: string[] = [];
  const options: LoggerOptions = {
    level: "info",
    format: "text",
    peerAddresses: "full",
    write: (line) => lines.push(line),
    nowMs: () => 0,
    ...change,
  };
  return { lines, options };
}

test("text: one line an event, whatever a peer put into it", () => {
  const { lines, options } = logLines({});
  createLog(options)
    .with({ peer: "192.0.2.1" })
    .event("smtp/refused", { cause: "evil\r\n2026 info forged\u2028x\u202ey\u001b[2Jz\u0085" });
  assert.equal(
    lines.join(""),
    "1970-01-01T00:00:00.000Z info  smtp/refused: an SMTP command was refused peer=192.0.2.1 " +
      'cause="evil\\r\\n2026 info forged\\u2028x\\u202ey\\u001b[2Jz\\u0085"\n',
  );
});

test("text: a value cannot pose as a further field", () => {
  const { lines, options } = logLines({});
  createLog(options).event("smtp/refused", { cause: 'x code=250 "' });
  assert.ok(lines.join("").endsWith(' cause="x code=250 \\""\n'));
});

test("json: an object a line with code, level, time, text and fields", () => {
  const { lines, options } = logLines({ format: "json" });
  createLog(options).with({ connection: "7" }).event("smtp/kept", { mailbox: "mbx\u202e\n" });
  assert.equal(lines.length, 1);
  assert.match(lines.join(""), /^[\x20-\x7e]+\n$/);
  assert.deepEqual(JSON.parse(lines.join("")), {
    level: "info",
    time: "1970-01-01T00:00:00.000Z",
    code: "smtp/kept",
    connection: "7",
    mailbox: "mbx\u202e\n",
    text: "a message was kept",
  });
});

test("events below the level are left out", () => {
  const { lines, options } = logLines({ level: "warn" });
  createLog(options).event("smtp/kept");
  createLog(options).event("pop3/aborted");
  assert.equal(lines.length, 1);
});

test("addresses of peers are whole, truncated or left out", () => {
  const peerWith = (peerAddresses: LoggerOptions["peerAddresses"], peer: string): string | undefined => {
    const { lines, options } = logLines({ peerAddresses });
    createLog(options).with({ peer }).event("smtp/kept");
    return / peer=(\S+)/.exec(lines.join(""))?.[1];
  };
  assert.equal(peerWith("full", "192.0.2.77"), "192.0.2.77");
  assert.equal(peerWith("truncated", "192.0.2.77"), "192.0.2.0");
  assert.equal(peerWith("truncated", "2001:db8:1:2::5"), "2001:db8:1::");
  assert.equal(peerWith("truncated", "2001:db8::5"), "2001:db8:0::");
  assert.equal(peerWith("truncated", "fe80::1%eth0"), "fe80:0:0::");
  assert.equal(peerWith("truncated", "pipe"), "unknown");
  assert.equal(peerWith("none", "192.0.2.77"), undefined);
});

test("so are the users of the proxies", () => {
  const userWith = (peerAddresses: LoggerOptions["peerAddresses"], remoteUser: string): string => {
    const { lines, options } = logLines({ peerAddresses });
    createLog(options).event("proxy/signed-in", { remoteUser });
    return lines.join("");
  };
  assert.match(userWith("full", "ann@example.com"), / remoteUser=ann@example\.com$/m);
  assert.match(userWith("truncated", "ann@example.com"), / remoteUser="…@example\.com"$/m);
  assert.match(userWith("truncated", "ann"), / remoteUser="…"$/m);
  assert.doesNotMatch(userWith("none", "ann@example.com"), /ann|example/);
});

test("nothing under the name of a secret is written", () => {
  for (const format of ["text", "json"] as const) {
    const { lines, options } = logLines({ format });
    createLog(options).with({ oldPassword: "hunter2" }).event("smtp/kept", { passphrase: "hunter2" });
    assert.ok(lines.join("").includes("[secret]"));
    assert.ok(!lines.join("").includes("hunter2"));
  }
});

test("a log that cannot be written does not throw", () => {
  for (const format of ["text", "json"] as const) {
    const write = (): never => {
      throw new Error("gone");
    };
    const { options } = logLines({ format, write });
    createLog(options).event("smtp/kept");
  }
});
