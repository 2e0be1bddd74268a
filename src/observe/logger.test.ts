// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LoggerOptions, truncateAddress } from "./logger.ts";

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
  createLog(options).with({ peer: "192.0.2.1" }).event("smtp/refused", { cause: "evil\r\n2026 info forged\u2028x" });
  assert.equal(
    lines.join(""),
    '1970-01-01T00:00:00.000Z info  smtp/refused: an SMTP command was refused peer=192.0.2.1 cause="evil\\r\\n2026 info forged?x"\n',
  );
});

test("json: an object a line with code, time and fields", () => {
  const { lines, options } = logLines({ format: "json" });
  createLog(options).event("smtp/kept", { mailbox: "mbx" });
  const [line = ""] = lines;
  const { code, time, mailbox } = JSON.parse(line);
  assert.deepEqual({ code, time, mailbox }, { code: "smtp/kept", time: "1970-01-01T00:00:00.000Z", mailbox: "mbx" });
});

test("events below the level are left out", () => {
  const { lines, options } = logLines({ level: "warn" });
  createLog(options).event("smtp/kept");
  createLog(options).event("pop3/aborted");
  assert.equal(lines.length, 1);
});

test("addresses of peers are truncated or left out", () => {
  assert.equal(truncateAddress("192.0.2.77"), "192.0.2.0");
  assert.equal(truncateAddress("2001:db8:1:2::5"), "2001:db8:1::");
  const { lines, options } = logLines({ peerAddresses: "none" });
  createLog(options).event("smtp/kept", { peer: "192.0.2.77" });
  assert.ok(!lines.join("").includes("192.0.2"));
});
