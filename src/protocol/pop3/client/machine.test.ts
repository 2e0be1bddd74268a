// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { SecretBytes } from "../../../base/secret.ts";
import { saslCrypto } from "../../../upstream/sasl-crypto.ts";
import type { SaslContext } from "../../sasl/client/mechanism.ts";
import { Pop3ClientMachine } from "./machine.ts";
import type { Pop3ClientCommand, Pop3ClientEffect, Pop3ClientEvent, Pop3ClientSettings } from "./machine-types.ts";

function password(userName = "tim", text = "secret"): SaslContext {
  const credentials = { kind: "password", userName, password: SecretBytes.fromText(text) } as const;
  return { credentials, crypto: saslCrypto, nonce: "nonce", host: "pop.example", port: 995 };
}

function token(text: string): SaslContext {
  const credentials = { kind: "token", userName: "tim", token: SecretBytes.fromText(text) } as const;
  return { ...password(), credentials };
}

/** Drives a machine and writes down what it does. Bodies are collected apart, in both forms. */
class Dialog {
  readonly machine: Pop3ClientMachine;
  stuffed = "";
  content = "";

  constructor(tls: Pop3ClientSettings["tls"] = "implicit") {
    this.machine = new Pop3ClientMachine({ tls });
  }

  event(event: Pop3ClientEvent): readonly string[] {
    return this.machine.handle(event).flatMap((effect) => this.#describe(effect));
  }

  server(text: string): readonly string[] {
    return this.event({ type: "bytes", bytes: Buffer.from(text, "latin1") });
  }

  ready(capabilities: readonly string[]): this {
    this.server("+OK hello\r\n");
    this.server(["+OK list", ...capabilities, ".\r\n"].join("\r\n"));
    return this;
  }

  open(...capabilities: readonly string[]): this {
    this.ready(["USER", ...capabilities]);
    this.event({ type: "sign-in", context: password() });
    this.server("+OK\r\n");
    assert.deepEqual(this.server("+OK welcome\r\n"), ["signed-in USER"]);
    return this;
  }

  command(command: Pop3ClientCommand): readonly string[] {
    return this.event({ type: "command", command });
  }

  #describe(effect: Pop3ClientEffect): readonly string[] {
    switch (effect.type) {
      case "send":
        return [`C: ${JSON.stringify(effect.bytes.toString("latin1")).slice(1, -1)}`];
      case "body":
        this.stuffed += effect.stuffed.toString("latin1");
        this.content += Buffer.concat(effect.content).toString("latin1");
        return [];
      case "response": {
        const { ok, code } = effect.response;
        return [
          `${effect.to.verb} ${ok ? "+" : "-"}${code === undefined ? "" : ` ${code}`}${effect.multiLine ? " …" : ""}`,
        ];
      }
      case "ready":
      case "capabilities":
        return [`${effect.type} ${effect.capabilities.lines.join(",")}`];
      case "signed-in":
        return [`signed-in ${effect.mechanism}`];
      case "sign-in-refused":
      case "closing":
        return [`${effect.type} ${effect.response.text}`];
      case "failed":
        return [`failed ${effect.fault}`];
      case "body-end":
      case "derive":
      case "start-tls":
        return [effect.type];
    }
  }
}

describe("encryption before everything", () => {
  test("STLS: what was announced in clear is asked for again (RFC 2595 §4)", () => {
    const dialog = new Dialog("starttls");
    assert.deepEqual(dialog.server("+OK <1896.697170952@pop.example>\r\n"), ["C: CAPA\\r\\n"]);
    assert.deepEqual(dialog.server("+OK\r\nUSER\r\nSTLS\r\n.\r\n"), ["C: STLS\\r\\n"]);
    assert.deepEqual(dialog.server("+OK go\r\n"), ["start-tls"]);
    assert.deepEqual(dialog.event({ type: "tls-started" }), ["C: CAPA\\r\\n"]);
    assert.deepEqual(dialog.server("+OK\r\nSASL PLAIN\r\nUIDL\r\n.\r\n"), ["ready SASL PLAIN,UIDL"]);
  });

  test("a server without STLS gets nothing but CAPA", () => {
    for (const capa of ["+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n", "-ERR what?\r\n"]) {
      const dialog = new Dialog("starttls");
      dialog.server("+OK hello\r\n");
      assert.deepEqual(dialog.server(capa), ["failed tls-not-offered"]);
      assert.deepEqual(dialog.event({ type: "sign-in", context: password() }), []);
    }
    const refused = new Dialog("starttls");
    refused.server("+OK hello\r\n");
    refused.server("+OK\r\nSTLS\r\n.\r\n");
    assert.deepEqual(refused.server("-ERR not now\r\n"), ["failed tls-refused"]);
  });

  test("response injection behind the answer to STLS is found, in one piece and in two", () => {
    for (const pieces of [["+OK go\r\n+OK\r\n"], ["+OK go\r\n", "+OK\r\n"], ["+OK go\r\n+"], ["+OK go\r\n", "+"]]) {
      const dialog = new Dialog("starttls");
      dialog.server("+OK hello\r\n");
      dialog.server("+OK\r\nSTLS\r\n.\r\n");
      const effects = pieces.flatMap((piece) => dialog.server(piece));
      assert.equal(effects.at(-1), "failed response-injection", JSON.stringify(pieces));
    }
  });

  test("a response that came before its command is no response", () => {
    assert.deepEqual(new Dialog().server("+OK hello\r\n+OK\r\n.\r\n"), ["failed unexpected-response"]);
    const early = new Dialog("starttls");
    early.server("+OK hello\r\n");
    assert.deepEqual(early.server("+OK\r\nSTLS\r\n.\r\n+OK go\r\n"), ["failed unexpected-response"]);
  });

  test("what speaks no POP3 gets nothing", () => {
    assert.deepEqual(new Dialog().server("-ERR [SYS/TEMP] busy\r\n"), ["failed greeting-refused"]);
    for (const bad of [
      "* PREAUTH hello\r\n",
      "220 smtp.example\r\n",
      "+OKAY\r\n",
      "+OK x\n",
      "+OK a\0\r\n",
      "+ ok\r\n",
    ])
      assert.deepEqual(new Dialog().server(bad), ["failed malformed-response"], JSON.stringify(bad));
  });
});

describe("sign-in", () => {
  test("USER and PASS, also at a server without CAPA", () => {
    const dialog = new Dialog();
    dialog.server("+OK hello\r\n");
    assert.deepEqual(dialog.server("-ERR unknown command\r\n"), ["ready "]);
    const context = password("änna b", "a b ");
    assert.deepEqual(dialog.event({ type: "sign-in", context }), ["C: USER Ã¤nna b\\r\\n"]);
    assert.deepEqual(dialog.server("+OK\r\n"), ["C: PASS a b \\r\\n"]);
    assert.deepEqual(dialog.server("-ERR [AUTH] no\r\n"), ["sign-in-refused [AUTH] no"]);
  });

  test("no second command can ride on a name or a password", () => {
    for (const context of [
      password("tim\r\nDELE 1"),
      password("tim", "x\r\nDELE 1"),
      password("tim", "x\n"),
      password("t\0"),
    ])
      assert.deepEqual(new Dialog().ready(["USER"]).event({ type: "sign-in", context }), ["failed no-mechanism"]);
  });

  test("every mechanism that is offered and known before USER", () => {
    const plain = new Dialog().ready(["USER", "SASL CRAM-MD5 PLAIN"]);
    assert.deepEqual(plain.event({ type: "sign-in", context: password() }), ["C: AUTH PLAIN AHRpbQBzZWNyZXQ=\\r\\n"]);
    const user = new Dialog().ready(["USER", "SASL GSSAPI NTLM"]);
    assert.deepEqual(user.event({ type: "sign-in", context: password() }), ["C: USER tim\\r\\n"]);
    const cram = new Dialog().ready(["USER", "SASL CRAM-MD5"]);
    assert.deepEqual(cram.event({ type: "sign-in", context: password("tim", "tanstaaftanstaaf") }), [
      "C: AUTH CRAM-MD5\\r\\n",
    ]);
    const challenge = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+";
    // RFC 2195 §2
    assert.deepEqual(cram.server(`+ ${challenge}\r\n`), ["C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\\r\\n"]);
    assert.deepEqual(cram.server("+OK\r\n"), ["signed-in CRAM-MD5"]);
  });

  test("an AUTH line of more than 255 octets is not sent: the token follows (RFC 5034 §4)", () => {
    // `AUTH XOAUTH2 ` and CRLF take 15; `user=tim^Aauth=Bearer ` and `^A^A` take 23 before base64.
    const fits = new Dialog().ready(["SASL XOAUTH2"]).event({ type: "sign-in", context: token("x".repeat(157)) });
    assert.equal(fits[0]?.length, "C: ".length + 255 + 2, "at the limit; CR and LF are shown in two characters each");
    const dialog = new Dialog().ready(["SASL XOAUTH2"]);
    assert.deepEqual(dialog.event({ type: "sign-in", context: token("x".repeat(158)) }), ["C: AUTH XOAUTH2\\r\\n"]);
    const [response] = dialog.server("+ \r\n");
    const sent = Buffer.from(response?.slice(3) ?? "", "base64").toString();
    assert.equal(sent, `user=tim\x01auth=Bearer ${"x".repeat(158)}\x01\x01`);
    assert.deepEqual(dialog.server("+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"), ["C: \\r\\n"]);
    assert.deepEqual(dialog.server("-ERR [AUTH] expired\r\n"), ["sign-in-refused [AUTH] expired"]);
  });

  test("a token is never tried as a password", () => {
    const dialog = new Dialog().ready(["USER", "SASL PLAIN LOGIN"]);
    assert.deepEqual(dialog.event({ type: "sign-in", context: token("t") }), ["failed no-mechanism"]);
  });

  test("a server that claims success before SCRAM's proof is not believed", () => {
    const dialog = new Dialog().ready(["SASL SCRAM-SHA-256"]);
    dialog.event({ type: "sign-in", context: password() });
    assert.deepEqual(dialog.server("+OK welcome\r\n"), ["failed sign-in-broken"]);
  });
});

describe("commands", () => {
  test("one at a time, or many where PIPELINING was announced (RFC 2449 §6.6)", () => {
    const slow = new Dialog().open();
    assert.deepEqual(slow.command({ verb: "RETR", message: 1 }), ["C: RETR 1\\r\\n"]);
    assert.deepEqual(slow.command({ verb: "NOOP" }), []);
    assert.deepEqual(slow.server("+OK 3 octets\r\na\r\n"), ["RETR + …"]);
    assert.deepEqual(slow.server(".\r\n"), ["body-end", "C: NOOP\\r\\n"]);
    assert.deepEqual(slow.server("+OK\r\n"), ["NOOP +"]);

    const quick = new Dialog().open("PIPELINING");
    quick.command({ verb: "RETR", message: 1 });
    assert.deepEqual(quick.command({ verb: "DELE", message: 1 }), ["C: DELE 1\\r\\n"]);
    assert.deepEqual(quick.command({ verb: "QUIT" }), ["C: QUIT\\r\\n"]);
    assert.deepEqual(quick.server("+OK\r\n+OK trap\r\n..x\r\n.\r\n+OK\r\n+OK bye\r\n"), [
      "RETR + …",
      "body-end",
      "DELE +",
      "QUIT +",
    ]);
    assert.equal(quick.content, "+OK trap\r\n.x\r\n");
    assert.equal(quick.stuffed, "+OK trap\r\n..x\r\n");
  });

  test("which responses are multi-line (RFC 1939 §5, §7)", () => {
    const cases: readonly (readonly [Pop3ClientCommand, string, boolean])[] = [
      [{ verb: "STAT" }, "STAT", false],
      [{ verb: "LIST" }, "LIST", true],
      [{ verb: "LIST", message: 2 }, "LIST 2", false],
      [{ verb: "UIDL" }, "UIDL", true],
      [{ verb: "UIDL", message: 2 }, "UIDL 2", false],
      [{ verb: "RETR", message: 2 }, "RETR 2", true],
      [{ verb: "TOP", message: 2, lines: 0 }, "TOP 2 0", true],
      [{ verb: "DELE", message: 2 }, "DELE 2", false],
      [{ verb: "RSET" }, "RSET", false],
    ];
    for (const [command, line, multiLine] of cases) {
      const dialog = new Dialog().open();
      assert.deepEqual(dialog.command(command), [`C: ${line}\\r\\n`]);
      assert.deepEqual(dialog.server("+OK\r\n"), [`${command.verb} +${multiLine ? " …" : ""}`]);
      const refused = new Dialog().open();
      refused.command(command);
      assert.deepEqual(refused.server("-ERR [SYS/TEMP] no\r\n"), [`${command.verb} - SYS/TEMP`]);
    }
  });

  test("CAPA is collected as a whole", () => {
    const dialog = new Dialog().open();
    dialog.command({ verb: "CAPA" });
    assert.deepEqual(dialog.server("+OK\r\nUIDL\r\nXOIP"), []);
    assert.deepEqual(dialog.server("\r\n.\r\n"), ["capabilities UIDL,XOIP"]);
    dialog.command({ verb: "CAPA" });
    assert.deepEqual(dialog.server("-ERR\r\n"), ["capabilities "]);
  });

  test("a capability list without end is cut off", () => {
    const dialog = new Dialog();
    dialog.server("+OK hello\r\n");
    assert.deepEqual(dialog.server("+OK\r\n"), []);
    const effects = dialog.server("X\r\n".repeat(6000));
    assert.deepEqual(effects, ["failed malformed-response"]);
  });

  test("the upstream's own good-bye, and what answers nothing", () => {
    assert.deepEqual(new Dialog().open().server("-ERR idle for too long\r\n"), ["closing idle for too long"]);
    assert.deepEqual(new Dialog().open().server("+OK surprise\r\n"), ["failed unexpected-response"]);
  });
});

function fetchMessage(wire: string, cuts: readonly number[]): Dialog {
  const dialog = new Dialog().open();
  dialog.command({ verb: "RETR", message: 1 });
  dialog.server("+OK\r\n");
  let from = 0;
  const said: string[] = [];
  for (const cut of [...cuts, wire.length]) {
    assert.equal(dialog.stuffed.includes("\r\n.\r\n"), false);
    said.push(...dialog.server(wire.slice(from, cut)));
    from = cut;
  }
  assert.deepEqual(said, ["body-end"]);
  assert.deepEqual(dialog.command({ verb: "NOOP" }), ["C: NOOP\\r\\n"], "in step again");
  return dialog;
}

describe("message content, both ways", () => {
  const samples = [
    // content, as RFC 1939 §3 puts it on the wire
    ["", ".\r\n"],
    ["a\r\n", "a\r\n.\r\n"],
    [".\r\n", "..\r\n.\r\n"],
    ["..\r\n.a\r\n", "...\r\n..a\r\n.\r\n"],
    ["\r\n\r\n", "\r\n\r\n.\r\n"],
    ["a\n.\nb\r.\r\r\n\0\r\n", "a\n.\nb\r.\r\r\n\0\r\n.\r\n"],
  ] as const;

  test("cut at every place: what is recorded, and what goes to the client", () => {
    for (const [content, wire] of samples)
      for (let first = 0; first <= wire.length; first++)
        for (let second = first; second <= wire.length; second++) {
          const dialog = fetchMessage(wire, [first, second]);
          assert.equal(dialog.content, content, JSON.stringify([wire, first, second]));
          assert.equal(dialog.stuffed, wire.slice(0, -3), JSON.stringify([wire, first, second]));
        }
  });

  test("the final dot is never in what goes to the client before the end is known", () => {
    for (const [, wire] of samples)
      for (let cut = 0; cut < wire.length; cut++) {
        const dialog = new Dialog().open();
        dialog.command({ verb: "RETR", message: 1 });
        dialog.server(`+OK\r\n${wire.slice(0, cut)}`);
        assert.doesNotMatch(`\r\n${dialog.stuffed}`, /\r\n\.\r?$/);
      }
  });

  test("property: any content, any cuts", () => {
    const piece = fc.constantFrom("a", ".", "\r\n", "\r", "\n", "\r\n.", "..", "\0", "\xff");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(100), { maxLength: 6 }), (pieces, cuts) => {
        const content = `${pieces.join("")}\r\n`;
        // RFC 1939 §3: one more dot where a line begins with one; a line begins behind CRLF.
        const stuffed = content
          .split("\r\n")
          .map((line) => (line.startsWith(".") ? `.${line}` : line))
          .join("\r\n");
        const wire = `${stuffed}.\r\n`;
        const dialog = fetchMessage(
          wire,
          cuts.map((cut) => cut % (wire.length + 1)).toSorted((a, b) => a - b),
        );
        assert.equal(dialog.content, content);
        assert.equal(dialog.stuffed, stuffed);
      }),
    );
  });
});
