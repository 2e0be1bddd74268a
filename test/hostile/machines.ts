// SPDX-License-Identifier: Apache-2.0

/**
 * The pure machines as something that octets are thrown at: each takes the words of a hostile peer and throws when it
 * breaks a rule that holds for any words at all.
 */
import { SecretBytes } from "../../src/base/secret.ts";
import { Pop3ClientMachine } from "../../src/protocol/pop3/client/machine.ts";
import type { Pop3ClientEffect } from "../../src/protocol/pop3/client/machine-types.ts";
import { readProxyCommand } from "../../src/protocol/pop3/proxy-command.ts";
import { parseLoginName } from "../../src/protocol/proxy-user-name.ts";
import type { SaslContext } from "../../src/protocol/sasl/client/mechanism.ts";
import { SmtpClientMachine } from "../../src/protocol/smtp/client/machine.ts";
import type { SmtpClientEffect } from "../../src/protocol/smtp/client/machine-types.ts";
import { saslCrypto } from "../../src/upstream/sasl-crypto.ts";
import { traceSettings as pop3Settings, trace as tracePop3 } from "../fuzz/pop3-trace.ts";
import { traceSettings as smtpSettings, trace as traceSmtp } from "../fuzz/smtp-trace.ts";

export interface MachineUnderFire {
  readonly name: string;
  /** Conversations to begin with, a turn each. */
  readonly seeds: readonly (readonly string[])[];
  /** Throws when something must not be. */
  readonly fire: (turns: readonly Buffer[]) => void;
}

const secret = "the-users-secret-password";

function credentials(): SaslContext {
  const password = SecretBytes.fromText(secret);
  return {
    credentials: { kind: "password", userName: "tim", password },
    crypto: saslCrypto,
    nonce: "nonce",
    host: "mail.example",
    port: 465,
  };
}

/** The servers' side: replies are replies, and how the octets are cut changes nothing. */
export function serverMachines(seeds: {
  readonly smtp: MachineUnderFire["seeds"];
  readonly pop3: MachineUnderFire["seeds"];
}): readonly MachineUnderFire[] {
  return [
    {
      name: "smtp server",
      seeds: seeds.smtp,
      fire: (turns) => {
        for (const encrypted of [true, false]) {
          const lines = traceSmtp(turns, { ...smtpSettings, encrypted });
          for (const line of lines)
            if (/^\d/.test(line)) assertMatch(line, /^(?:[2-5][0-5]\d[- ][^\r\n]{0,1000}\r\n)+$/);
          if (!encrypted) assertThat(!lines.includes("ask-auth"), "a sign-in in clear (I5)");
        }
      },
    },
    {
      name: "pop3 server",
      seeds: seeds.pop3,
      fire: (turns) => {
        for (const encrypted of [true, false]) {
          const lines = tracePop3(turns, { ...pop3Settings, encrypted });
          for (const line of lines) if (/^[+-]/.test(line)) assertMatch(line, /^(?:\+OK|-ERR|\+) [^\r\n]*\r\n/);
          const upgraded = lines.indexOf("start-tls");
          const clear = encrypted ? [] : lines.slice(0, upgraded < 0 ? lines.length : upgraded);
          assertThat(!clear.some((line) => line.startsWith("sign in")), "a sign-in in clear (I5)");
        }
        // What the proxy's client leg takes from the same client.
        for (const line of turns.flatMap((turn) => turn.toString("latin1").split("\r\n"))) {
          readProxyCommand(Buffer.from(line, "latin1"));
          parseLoginName(line);
        }
      },
    },
  ];
}

/** The clients' side: an evil upstream gets no credential in clear, and never an endless conversation. */
export const clientMachines: readonly MachineUnderFire[] = [
  {
    name: "smtp client",
    seeds: smtpUpstreams(),
    fire: (turns) => ["implicit", "starttls"].forEach((tls) => smtpClient(turns, tls)),
  },
  {
    name: "pop3 client",
    seeds: pop3Upstreams(),
    fire: (turns) => ["implicit", "starttls"].forEach((tls) => pop3Client(turns, tls)),
  },
];

function smtpClient(turns: readonly Buffer[], tls: string): void {
  const encrypted = tls === "implicit";
  const machine = new SmtpClientMachine({ hostName: "gateway.example", tls: encrypted ? "implicit" : "starttls" });
  const leg = new Leg(encrypted);
  let asked = 0;
  const commands = [
    { verb: "MAIL", path: "a@b.example", parameters: ["SIZE=3"] },
    { verb: "RCPT", path: "c@d.example", parameters: [] },
    { verb: "DATA" },
    { verb: "RSET" },
    { verb: "QUIT" },
  ] as const;
  const take = (effects: readonly SmtpClientEffect[]): void => {
    for (const effect of effects) {
      if (leg.over) return;
      if (effect.type === "send") leg.send(effect.bytes);
      else if (effect.type === "failed" || effect.type === "closing") leg.over = true;
      else if (effect.type === "start-tls") take(leg.upgrade(() => machine.handle({ type: "tls-started" })));
      else if (effect.type === "ready") take(machine.handle({ type: "sign-in", context: credentials() }));
      else if (effect.type === "derive") take(machine.handle({ type: "derived", key: Buffer.alloc(32) }));
      else if (effect.type === "signed-in" || effect.type === "reply") {
        const command = commands[asked++];
        if (command !== undefined) take(machine.handle({ type: "command", command }));
      }
    }
  };
  for (const bytes of turns) if (!leg.over) take(machine.handle({ type: "bytes", bytes: Buffer.from(bytes) }));
}

function pop3Client(turns: readonly Buffer[], tls: string): void {
  const encrypted = tls === "implicit";
  const machine = new Pop3ClientMachine({ tls: encrypted ? "implicit" : "starttls" });
  const leg = new Leg(encrypted);
  let asked = 0;
  const commands = [
    { verb: "STAT" },
    { verb: "CAPA" },
    { verb: "UIDL" },
    { verb: "LIST", message: 1 },
    { verb: "RETR", message: 1 },
    { verb: "TOP", message: 1, lines: 0 },
    { verb: "DELE", message: 1 },
    { verb: "QUIT" },
  ] as const;
  const next = (): readonly Pop3ClientEffect[] => {
    const command = commands[asked++];
    return command === undefined ? [] : machine.handle({ type: "command", command });
  };
  const take = (effects: readonly Pop3ClientEffect[]): void => {
    for (const effect of effects) {
      if (leg.over) return;
      if (effect.type === "send") leg.send(effect.bytes);
      else if (effect.type === "failed" || effect.type === "closing") leg.over = true;
      else if (effect.type === "start-tls") take(leg.upgrade(() => machine.handle({ type: "tls-started" })));
      else if (effect.type === "ready") take(machine.handle({ type: "sign-in", context: credentials() }));
      else if (effect.type === "derive") take(machine.handle({ type: "derived", key: Buffer.alloc(32) }));
      else if (effect.type === "signed-in" || effect.type === "body-end" || effect.type === "capabilities")
        take(next());
      else if (effect.type === "response" && !effect.multiLine) take(next());
    }
  };
  for (const bytes of turns) if (!leg.over) take(machine.handle({ type: "bytes", bytes: Buffer.from(bytes) }));
}

/** What goes to the upstream: lines, and no credential before encryption. */
class Leg {
  over = false;
  #encrypted: boolean;

  constructor(encrypted: boolean) {
    this.#encrypted = encrypted;
  }

  send(bytes: Buffer): void {
    const text = bytes.toString("latin1");
    assertThat(text.endsWith("\r\n"), `no line: ${JSON.stringify(text)}`);
    const shows = /^(?:AUTH|USER|PASS|APOP)\b/i.test(text) || text.includes(secret);
    assertThat(this.#encrypted || !shows, `a credential in clear: ${JSON.stringify(text)} (I5)`);
  }

  upgrade<T>(started: () => T): T {
    this.#encrypted = true;
    return started();
  }
}

function smtpUpstreams(): MachineUnderFire["seeds"] {
  const ehlo = (...keywords: string[]): string =>
    `250-mail.example\r\n${keywords.map((each) => `250-${each}\r\n`).join("")}250 HELP\r\n`;
  return [
    [
      "220 mail.example ESMTP\r\n",
      ehlo("SIZE 1000", "PIPELINING", "8BITMIME", "AUTH PLAIN"),
      "235 2.7.0 ok\r\n",
      "250 ok\r\n",
      "250 ok\r\n",
      "354 go\r\n",
      "250 ok\r\n",
      "221 bye\r\n",
    ],
    [
      "220 mail.example\r\n",
      ehlo("STARTTLS"),
      "220 ready\r\n",
      ehlo("AUTH LOGIN", "CHUNKING"),
      "334 VXNlcm5hbWU6\r\n",
      "334 UGFzc3dvcmQ6\r\n",
      "535 5.7.8 no\r\n",
    ],
    [
      "220 mail.example\r\n",
      ehlo("AUTH SCRAM-SHA-256 CRAM-MD5"),
      "334 cj1ub25jZXgscz1ZV0ZoWVdGaCxpPTQwOTY=\r\n",
      "334 dj14\r\n",
      "235 ok\r\n",
    ],
    [
      "220 mail.example\r\n",
      ehlo("AUTH CRAM-MD5"),
      "334 PDEuMUBtYWlsLmV4YW1wbGU+\r\n",
      "235 ok\r\n",
      "421 4.3.2 going\r\n",
    ],
    ["554 5.3.2 no mail here\r\n"],
  ];
}

function pop3Upstreams(): MachineUnderFire["seeds"] {
  const capa = (...keywords: string[]): string => `+OK\r\n${keywords.map((each) => `${each}\r\n`).join("")}.\r\n`;
  return [
    [
      "+OK mail.example\r\n",
      capa("USER", "UIDL", "TOP", "PIPELINING", "SASL PLAIN"),
      "+OK in\r\n",
      "+OK 1 100\r\n",
      capa("USER", "EXPIRE 0"),
      "+OK\r\n1 id-1\r\n.\r\n",
      "+OK 1 100\r\n",
      "+OK\r\nSubject: x\r\n\r\n..x\r\n.\r\n",
      "+OK\r\nSubject: x\r\n\r\n.\r\n",
      "+OK\r\n",
      "+OK bye\r\n",
    ],
    ["+OK <1.1@mail.example>\r\n", capa("STLS"), "+OK begin\r\n", capa("USER"), "+OK\r\n", "-ERR [AUTH] no\r\n"],
    ["+OK\r\n", "-ERR no CAPA\r\n", "+OK\r\n", "+OK\r\n", "+OK 0 0\r\n", "-ERR [SYS/TEMP] later\r\n"],
    [
      "+OK\r\n",
      capa("SASL LOGIN CRAM-MD5 SCRAM-SHA-256"),
      "+ cj1ub25jZXgscz1ZV0ZoWVdGaCxpPTQwOTY=\r\n",
      "+ dj14\r\n",
      "+OK\r\n",
    ],
    ["-ERR [IN-USE] busy\r\n"],
  ];
}

function assertMatch(text: string, pattern: RegExp): void {
  assertThat(pattern.test(text), `${JSON.stringify(text)} is not ${pattern.source}`);
}

function assertThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
