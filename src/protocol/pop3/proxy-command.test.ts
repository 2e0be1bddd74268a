// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { readCapabilities } from "./client/capabilities.ts";
import { readProxyCommand } from "./proxy-command.ts";
import { relayedCapabilities, relayedLine } from "./relay.ts";

test("commands of RFC 1939 §5 and §7 and CAPA are read, in any letter case", () => {
  const cases = {
    STAT: { verb: "STAT" },
    noop: { verb: "NOOP" },
    RSET: { verb: "RSET" },
    "Quit ": { verb: "QUIT" },
    CAPA: { verb: "CAPA" },
    LIST: { verb: "LIST" },
    "LIST 3": { verb: "LIST", message: 3 },
    "uidl  4": { verb: "UIDL", message: 4 },
    "RETR 4294967296": { verb: "RETR", message: 4_294_967_296 },
    "DELE 007": { verb: "DELE", message: 7 },
    "TOP 1 0": { verb: "TOP", message: 1, lines: 0 },
  };
  for (const [line, command] of Object.entries(cases))
    assert.deepEqual(readProxyCommand(Buffer.from(line)), { kind: "command", command }, line);
});

test("nothing else is passed on", () => {
  const cases = {
    RETR: "argument-syntax",
    "RETR 1 2": "argument-syntax",
    "RETR -1": "argument-syntax",
    "RETR 1e3": "argument-syntax",
    "RETR 99999999999": "argument-syntax",
    "RETR 0": "no-such-message",
    "LIST 0": "no-such-message",
    "TOP 1": "argument-syntax",
    "TOP 1 2 3": "argument-syntax",
    "TOP 0 2": "no-such-message",
    "STAT 1": "argument-syntax",
    "QUIT now": "argument-syntax",
    "USER anna": "signed-in-already",
    "AUTH PLAIN": "signed-in-already",
    UTF8: "signed-in-already",
    "XTND XMIT": "unknown-command",
    "LANG de": "unknown-command",
    LAST: "unknown-command",
    constructor: "unknown-command",
    "": "unknown-command",
  };
  for (const [line, cause] of Object.entries(cases)) {
    const read = readProxyCommand(Buffer.from(line));
    assert.equal(read.kind === "refused" ? read.refusal.cause : "passed", cause, line);
  }
});

test("a first line goes on as it came, with its response code", () => {
  const lines = {
    "+OK\r\n": { ok: true, code: undefined, text: "" },
    "-ERR [IN-USE] Zeit läuft\r\n": { ok: false, code: "IN-USE", text: "[IN-USE] Zeit läuft" },
  };
  for (const [line, response] of Object.entries(lines)) assert.equal(relayedLine(response).toString(), line);
});

test("of an upstream's capabilities only those that hold behind the proxy go on", () => {
  const text = "TOP\r\nuidl\r\nUTF8\r\nUIDLX\r\nEXPIRE NEVER\r\nIMPLEMENTATION v1\r\nSTLS\r\nUSER\r\nTOP \x07\r\n";
  assert.equal(
    relayedCapabilities(readCapabilities(text)),
    "+OK Capabilities follow\r\nTOP\r\nuidl\r\nPIPELINING\r\nRESP-CODES\r\n.\r\n",
  );
});
