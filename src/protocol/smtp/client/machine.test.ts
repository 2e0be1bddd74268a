// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { describe, test } from "node:test";
import { SecretBytes } from "../../../base/secret.ts";
import { saslCrypto } from "../../../upstream/sasl-crypto.ts";
import type { SaslContext } from "../../sasl/client/mechanism.ts";
import { SmtpClientMachine } from "./machine.ts";
import type { SmtpClientEffect, SmtpClientEvent, SmtpClientSettings } from "./machine-types.ts";

const implicit: SmtpClientSettings = { hostName: "gateway.example", tls: "implicit" };
const startTls: SmtpClientSettings = { hostName: "gateway.example", tls: "starttls" };

function password(user = "tim", text = "tanstaaftanstaaf", nonce = "nonce"): SaslContext {
  const credentials = { kind: "password", userName: user, password: SecretBytes.fromText(text) } as const;
  return { credentials, crypto: saslCrypto, nonce, host: "mail.example", port: 465 };
}

/** Drives a machine and writes down what it does, `C:` for what it sends. */
class Dialog {
  readonly machine: SmtpClientMachine;

  constructor(settings: SmtpClientSettings) {
    this.machine = new SmtpClientMachine(settings);
  }

  event(event: SmtpClientEvent): readonly string[] {
    return this.machine.handle(event).map(describeEffect);
  }

  server(text: string): readonly string[] {
    return this.event({ type: "bytes", bytes: Buffer.from(text, "latin1") });
  }

  open(extensions: readonly string[] = []): this {
    this.server("220 mail.example ESMTP\r\n");
    this.server(["250-mail.example", ...extensions.map((each) => `250-${each}`), "250 AUTH PLAIN\r\n"].join("\r\n"));
    this.event({ type: "sign-in", context: password() });
    assert.deepEqual(this.server("235 2.7.0 ok\r\n"), ["signed-in PLAIN 235"]);
    return this;
  }

  mail(): readonly string[] {
    return this.event({ type: "command", command: { verb: "MAIL", path: "a@b.example", parameters: ["SIZE=3"] } });
  }

  rcpt(path: string): readonly string[] {
    return this.event({ type: "command", command: { verb: "RCPT", path, parameters: [] } });
  }

  say(verb: "DATA" | "RSET" | "NOOP" | "QUIT"): readonly string[] {
    return this.event({ type: "command", command: { verb } });
  }

  content(text: string): readonly string[] {
    return this.event({ type: "content", bytes: Buffer.from(text, "latin1") });
  }
}

function describeEffect(effect: SmtpClientEffect): string {
  switch (effect.type) {
    case "send":
      return `C: ${JSON.stringify(effect.bytes.toString("latin1")).slice(1, -1)}`;
    case "reply":
      return `${effect.to.verb} ${effect.reply.code}${effect.reply.enhanced === undefined ? "" : ` ${effect.reply.enhanced}`}`;
    case "ready":
      return `ready ${[...effect.extensions.keywords].join(" ")}`;
    case "signed-in":
      return `signed-in ${effect.mechanism} ${effect.reply.code}`;
    case "sign-in-refused":
    case "closing":
      return `${effect.type} ${effect.reply.code}`;
    case "failed":
      return `failed ${effect.fault}`;
    case "content-refused":
      return `content-refused ${effect.cause}`;
    case "derive":
    case "start-tls":
      return effect.type;
  }
}

function sent(effects: readonly string[]): string {
  return effects
    .filter((each) => each.startsWith("C: "))
    .map((each) => each.slice(3))
    .join("");
}

describe("encryption before everything", () => {
  test("STARTTLS: what was announced in clear is asked for again (RFC 3207 §4.2)", () => {
    const dialog = new Dialog(startTls);
    assert.deepEqual(dialog.server("220 mail.example ESMTP\r\n"), ["C: EHLO gateway.example\\r\\n"]);
    assert.deepEqual(dialog.server("250-mail.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"), ["C: STARTTLS\\r\\n"]);
    assert.deepEqual(dialog.server("220 2.0.0 go\r\n"), ["start-tls"]);
    assert.deepEqual(dialog.event({ type: "tls-started" }), ["C: EHLO gateway.example\\r\\n"]);
    assert.deepEqual(dialog.server("250-mail.example\r\n250 SIZE 100\r\n"), ["ready SIZE"]);
    assert.deepEqual(dialog.event({ type: "sign-in", context: password() }), ["failed no-mechanism"]);
  });

  test("a server without STARTTLS gets nothing but EHLO, whatever the reason", () => {
    const stripped = new Dialog(startTls);
    stripped.server("220 mail.example ESMTP\r\n");
    assert.deepEqual(stripped.server("250-mail.example\r\n250 AUTH PLAIN\r\n"), ["failed tls-not-offered"]);
    const refused = new Dialog(startTls);
    refused.server("220 mail.example ESMTP\r\n");
    refused.server("250-mail.example\r\n250 STARTTLS\r\n");
    assert.deepEqual(refused.server("454 4.7.0 not now\r\n"), ["failed tls-refused"]);
    assert.deepEqual(refused.event({ type: "sign-in", context: password() }), [], "nothing more is said");
  });

  test("a sign-in is not begun in clear", () => {
    for (const lines of [[], ["220 x\r\n"], ["220 x\r\n", "250-x\r\n250 STARTTLS\r\n"]]) {
      const dialog = new Dialog(startTls);
      for (const line of lines) dialog.server(line);
      assert.deepEqual(dialog.event({ type: "sign-in", context: password() }), ["failed misuse"]);
    }
  });

  test("response injection behind the 220 of STARTTLS is found, in one piece and in two", () => {
    for (const injected of ["250 AUTH PLAIN\r\n", "2", "\r\n"]) {
      for (const pieces of [["220 go\r\n" + injected], ["220 go\r\n", injected]]) {
        const dialog = new Dialog(startTls);
        dialog.server("220 mail.example\r\n");
        dialog.server("250-mail.example\r\n250 STARTTLS\r\n");
        const effects = pieces.flatMap((piece) => dialog.server(piece));
        assert.equal(effects.at(-1), "failed response-injection", JSON.stringify(pieces));
      }
    }
  });

  test("a reply that came before its command is no reply", () => {
    const early = new Dialog(implicit);
    assert.deepEqual(early.server("220 mail.example\r\n250 AUTH PLAIN\r\n"), ["failed unexpected-response"]);
    const earlyTls = new Dialog(startTls);
    earlyTls.server("220 mail.example\r\n");
    assert.deepEqual(earlyTls.server("250-x\r\n250 STARTTLS\r\n220 go\r\n"), ["failed unexpected-response"]);
  });

  test("no service, no extensions: no conversation, and no HELO", () => {
    assert.deepEqual(new Dialog(implicit).server("554 no\r\n"), ["failed greeting-refused"]);
    assert.deepEqual(new Dialog(implicit).server("421 later\r\n"), ["failed greeting-refused"]);
    const old = new Dialog(implicit);
    old.server("220 x\r\n");
    assert.deepEqual(old.server("502 what?\r\n"), ["failed extensions-refused"]);
  });
});

function ready(mechanisms: string): Dialog {
  const dialog = new Dialog(implicit);
  dialog.server("220 mail.example ESMTP\r\n");
  dialog.server(`250-mail.example\r\n250 AUTH ${mechanisms}\r\n`);
  return dialog;
}

describe("sign-in", () => {
  test("PLAIN with its initial response on the command (RFC 4954 §4)", () => {
    const effects = ready("PLAIN").event({ type: "sign-in", context: password() });
    assert.deepEqual(effects, ["C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\\r\\n"]);
  });

  test("a long initial response comes behind the server's empty challenge", () => {
    // `AUTH PLAIN ` and CRLF take 13 of 512 octets; base64 grows by four octets for three.
    for (const [octets, onTheLine] of [
      [372, true],
      [373, false],
    ] as const) {
      const dialog = ready("PLAIN");
      const context = password("u", "x".repeat(octets - 3));
      const first = sent(dialog.event({ type: "sign-in", context }));
      assert.equal(first !== "AUTH PLAIN\\r\\n", onTheLine, String(octets));
      if (!onTheLine) {
        const expected = Buffer.from(`\0u\0${"x".repeat(octets - 3)}`).toString("base64");
        assert.equal(sent(dialog.server("334 \r\n")), `${expected}\\r\\n`);
        assert.deepEqual(dialog.server("235 ok\r\n"), ["signed-in PLAIN 235"]);
      }
    }
  });

  test("LOGIN in the words of RFC-less practice", () => {
    const dialog = ready("LOGIN");
    assert.deepEqual(dialog.event({ type: "sign-in", context: password("tim", "secret") }), ["C: AUTH LOGIN\\r\\n"]);
    assert.deepEqual(dialog.server("334 VXNlcm5hbWU6\r\n"), ["C: dGlt\\r\\n"]);
    assert.deepEqual(dialog.server("334 UGFzc3dvcmQ6\r\n"), ["C: c2VjcmV0\\r\\n"]);
    assert.deepEqual(dialog.server("535 5.7.8 no\r\n"), ["sign-in-refused 535"]);
  });

  test("a success before the server has proved itself is not believed", () => {
    const dialog = ready("SCRAM-SHA-256");
    dialog.event({ type: "sign-in", context: password() });
    assert.deepEqual(dialog.server("235 2.7.0 welcome\r\n"), ["failed sign-in-broken"]);
  });

  test("SCRAM-SHA-256 with the numbers of RFC 7677 §3", () => {
    const dialog = ready("SCRAM-SHA-256 PLAIN");
    dialog.event({ type: "sign-in", context: password("user", "pencil", "rOprNGfwEbeRWgbNEkqO") });
    const serverFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const [effect] = dialog.machine.handle({
      type: "bytes",
      bytes: Buffer.from(`334 ${Buffer.from(serverFirst).toString("base64")}\r\n`),
    });
    assert.equal(effect?.type, "derive");
    if (effect?.type !== "derive") return;
    const { password: secret, salt, iterations, keyBytes, hash } = effect.derivation;
    const key = pbkdf2Sync(secret, salt, iterations, keyBytes, hash);
    const clientFinal = Buffer.from(sent(dialog.event({ type: "derived", key })), "base64").toString();
    assert.match(clientFinal, /,p=dHzbZapWIk4jUhN\+Ute9ytag9zjfMHgsqmmiz7AndVQ=$/);
    const serverFinal = Buffer.from("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").toString("base64");
    assert.deepEqual(dialog.server(`334 ${serverFinal}\r\n`), ["C: \\r\\n"]);
    assert.deepEqual(dialog.server("235 2.7.0 ok\r\n"), ["signed-in SCRAM-SHA-256 235"]);
  });

  test("a mechanism refused before the password was at stake gives way to the next; a wrong password does not", () => {
    const dialog = ready("SCRAM-SHA-256 PLAIN LOGIN");
    dialog.event({ type: "sign-in", context: password() });
    assert.match(sent(dialog.server("535 5.7.8 no key for this user\r\n")), /^AUTH PLAIN /);
    assert.deepEqual(dialog.server("535 5.7.8 wrong\r\n"), ["sign-in-refused 535"]);
  });

  test("an upstream in trouble is no wrong password", () => {
    const busy = ready("PLAIN");
    busy.event({ type: "sign-in", context: password() });
    assert.deepEqual(busy.server("454 4.7.0 later\r\n"), ["sign-in-refused 454"]);
    const leaving = ready("PLAIN");
    leaving.event({ type: "sign-in", context: password() });
    assert.deepEqual(leaving.server("421 4.3.2 bye\r\n"), ["closing 421"]);
  });
});

function inContent(): Dialog {
  const dialog = new Dialog(implicit).open();
  dialog.mail();
  dialog.server("250 ok\r\n");
  dialog.rcpt("c@d.example");
  dialog.server("250 ok\r\n");
  dialog.say("DATA");
  assert.deepEqual(dialog.server("354 go\r\n"), ["DATA 354"]);
  return dialog;
}

describe("transactions", () => {
  test("without PIPELINING one command is out at a time; with it a group leaves together (RFC 2920 §3.1)", () => {
    const slow = new Dialog(implicit).open();
    assert.deepEqual(slow.mail(), ["C: MAIL FROM:<a@b.example> SIZE=3\\r\\n"]);
    assert.deepEqual([...slow.rcpt("c@d.example"), ...slow.say("DATA")], []);
    assert.deepEqual(slow.server("250 2.1.0 ok\r\n"), ["MAIL 250 2.1.0", "C: RCPT TO:<c@d.example>\\r\\n"]);
    assert.deepEqual(slow.server("550 5.1.1 who?\r\n"), ["RCPT 550 5.1.1", "C: DATA\\r\\n"]);
    assert.deepEqual(slow.server("554 5.5.1 nobody\r\n"), ["DATA 554 5.5.1"]);

    const quick = new Dialog(implicit).open(["PIPELINING"]);
    const group = [...quick.mail(), ...quick.rcpt("c@d.example"), ...quick.say("DATA"), ...quick.say("RSET")];
    assert.deepEqual(group, [
      "C: MAIL FROM:<a@b.example> SIZE=3\\r\\n",
      "C: RCPT TO:<c@d.example>\\r\\n",
      "C: DATA\\r\\n",
    ]);
    assert.deepEqual(quick.server("250 ok\r\n250 ok\r\n554 no\r\n"), [
      "MAIL 250",
      "RCPT 250",
      "DATA 554",
      "C: RSET\\r\\n",
    ]);
  });

  test("a peer that delivers goes on without a sign-in, after TLS and not before", () => {
    const dialog = new Dialog(startTls);
    assert.deepEqual(dialog.server("220 mx.example ESMTP\r\n"), ["C: EHLO gateway.example\\r\\n"]);
    const early = new Dialog(startTls);
    early.server("220 mx.example ESMTP\r\n");
    assert.deepEqual(early.event({ type: "unsigned" }), ["failed misuse"]);
    dialog.server("250-mx.example\r\n250 STARTTLS\r\n");
    dialog.server("220 go on\r\n");
    dialog.event({ type: "tls-started" });
    assert.deepEqual(dialog.server("250 mx.example\r\n"), ["ready "]);
    assert.deepEqual(dialog.event({ type: "unsigned" }), []);
    assert.deepEqual(dialog.mail(), ["C: MAIL FROM:<a@b.example> SIZE=3\\r\\n"]);
    const unasked = new Dialog(implicit);
    unasked.server("220 mx.example ESMTP\r\n");
    unasked.server("250 mx.example\r\n");
    assert.deepEqual(unasked.mail(), ["failed misuse"]);
  });

  test("DATA: dots doubled, the end only when it is released, cut at every place", () => {
    const content = "..a\r\n.\r\nb\r\n.c\r\n";
    for (let at = 0; at <= content.length; at++) {
      const dialog = inContent();
      const out = sent([...dialog.content(content.slice(0, at)), ...dialog.content(content.slice(at))]);
      // RFC 5321 §4.5.2: one dot more where a line begins with one.
      assert.equal(out, "...a\\r\\n..\\r\\nb\\r\\n..c\\r\\n", String(at));
      assert.deepEqual(dialog.event({ type: "end-of-data" }), ["C: .\\r\\n"]);
      assert.deepEqual(dialog.server("250 2.0.0 queued\r\n"), ["end-of-data 250 2.0.0"]);
      assert.deepEqual(dialog.say("QUIT"), ["C: QUIT\\r\\n"]);
      assert.deepEqual(dialog.server("221 bye\r\n"), ["QUIT 221"]);
    }
  });

  test("DATA never carries a bare CR or LF, wherever it is cut (smuggling)", () => {
    const sequences = [
      "\n.\n",
      "\n.\r\n",
      "\r\n.\n",
      "\r.\r",
      "\r.\n",
      "\r.\r\n",
      "\r\n.\r",
      "\r\n.\r\r\n",
      "\r\r\n",
      "a\nb",
    ];
    for (const sequence of sequences) {
      const content = `a${sequence}b\r\n`;
      for (let at = 0; at <= content.length; at++) {
        const dialog = inContent();
        const effects = [...dialog.content(content.slice(0, at)), ...dialog.content(content.slice(at))];
        assert.equal(effects.at(-1), "content-refused bare-line-end", JSON.stringify([sequence, at]));
        assert.doesNotMatch(sent(effects), /(?<!\\r)\\n|\\r(?!\\n)/);
        assert.deepEqual(dialog.event({ type: "end-of-data" }), [], "no end goes out");
      }
    }
  });

  test("a last line without CRLF is not completed", () => {
    for (const content of ["a", "a\r\nb", "a\r"]) {
      const dialog = inContent();
      dialog.content(content);
      assert.deepEqual(dialog.event({ type: "end-of-data" }), ["content-refused unfinished-line"]);
    }
  });

  test("the empty message is a dot alone", () => {
    assert.deepEqual(inContent().event({ type: "end-of-data" }), ["C: .\\r\\n"]);
  });

  test("BDAT goes out verbatim, and only to a server with CHUNKING (RFC 3030 §2)", () => {
    const dialog = new Dialog(implicit).open(["CHUNKING"]);
    dialog.mail();
    dialog.server("250 ok\r\n");
    const bytes = Buffer.from(".a\nb\r\0");
    assert.deepEqual(dialog.event({ type: "chunk", bytes, last: false }), ["C: BDAT 6\\r\\n", "C: .a\\nb\\r\\u0000"]);
    assert.deepEqual(dialog.event({ type: "chunk", bytes: Buffer.alloc(0), last: true }), []);
    assert.deepEqual(dialog.server("250 6 octets\r\n"), ["BDAT 250", "C: BDAT 0 LAST\\r\\n"]);
    assert.deepEqual(dialog.server("250 2.0.0 done\r\n"), ["BDAT 250 2.0.0"]);
    assert.deepEqual(new Dialog(implicit).open().event({ type: "chunk", bytes, last: true }), ["failed misuse"]);
  });

  test("421 ends the conversation, asked for or not", () => {
    const asked = new Dialog(implicit).open();
    asked.mail();
    assert.deepEqual(asked.server("421 4.3.2 bye\r\n"), ["MAIL 421 4.3.2", "closing 421"]);
    assert.deepEqual(new Dialog(implicit).open().server("421 4.4.2 idle\r\n"), ["closing 421"]);
    assert.deepEqual(new Dialog(implicit).open().server("250 ok\r\n"), ["failed unexpected-response"]);
  });

  test("no second command can ride on a path or parameter", () => {
    for (const path of ["a@b>\r\nRCPT TO:<x@y", "a\nb", "a\0b", "a\u0085b", "x".repeat(2048)])
      assert.deepEqual(new Dialog(implicit).open().rcpt(path), ["failed misuse"], JSON.stringify(path.slice(0, 20)));
  });
});

function long(octets: number): string {
  return `220 ${"x".repeat(octets - 6)}\r\n`;
}

function replyOf(count: number): string {
  return `${"220-x\r\n".repeat(count - 1)}220 x\r\n`;
}

describe("replies as servers send them", () => {
  const greeting = "220-mail.example says\r\n220 hello\r\n";
  const hello = "250-mail.example\r\n250-SIZE 35651584\r\n250-AUTH=LOGIN\r\n250-auth LOGIN plain\r\n250 PipeLining\r\n";

  test("whole, and octet by octet", () => {
    const whole = new Dialog(implicit);
    const effects = [...whole.server(greeting), ...whole.server(hello)];
    const slow = new Dialog(implicit);
    const slowEffects = (greeting + hello).split("").flatMap((octet) => slow.server(octet));
    assert.deepEqual(effects, ["C: EHLO gateway.example\\r\\n", "ready SIZE AUTH PIPELINING"]);
    assert.deepEqual(slowEffects, effects);
  });

  test("what an EHLO reply tells", () => {
    const dialog = new Dialog(implicit);
    dialog.server(greeting);
    const [effect] = dialog.machine.handle({ type: "bytes", bytes: Buffer.from(hello) });
    assert.equal(effect?.type, "ready");
    if (effect?.type !== "ready") return;
    assert.deepEqual(effect.extensions.mechanisms, ["LOGIN", "PLAIN"]);
    assert.equal(effect.extensions.maxMessageBytes, 35_651_584);
    assert.equal(effect.extensions.chunking, false);
  });

  test("what is no reply ends the conversation", () => {
    for (const bad of [
      "hello\r\n",
      "220 x\n",
      "22 x\r\n",
      "120 x\r\n",
      "220_x\r\n",
      "220-x\r\n250 x\r\n",
      "220 a\0b\r\n",
      "* PREAUTH\r\n",
      long(4097),
      replyOf(129),
    ])
      assert.deepEqual(
        new Dialog(implicit).server(bad),
        ["failed malformed-response"],
        JSON.stringify(bad.slice(0, 20)),
      );
    for (const good of ["220\r\n", long(4096), replyOf(128)])
      assert.deepEqual(new Dialog(implicit).server(good), ["C: EHLO gateway.example\\r\\n"]);
  });

  test("the enhanced code is taken off every line, and only when it fits the reply (RFC 2034 §4)", () => {
    const dialog = new Dialog(implicit).open();
    dialog.say("NOOP");
    const [effect] = dialog.machine.handle({ type: "bytes", bytes: Buffer.from("550-5.7.1 one\r\n550 5.7.1 two\r\n") });
    assert.deepEqual(effect?.type === "reply" ? effect.reply : effect, {
      code: 550,
      enhanced: "5.7.1",
      lines: ["one", "two"],
    });
    dialog.say("NOOP");
    const [other] = dialog.machine.handle({ type: "bytes", bytes: Buffer.from("550 2.0.0 odd\r\n") });
    assert.deepEqual(other?.type === "reply" ? other.reply : other, { code: 550, lines: ["2.0.0 odd"] });
  });
});
