// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { selfSigned } from "../../../test/support/fake-certificates.ts";
import { type FakeSmtpOptions, ordinarySmtp, type TakenMessage } from "../../../test/support/fake-upstream.ts";
import { ProxyTrust, SmtpProxyWorld, upstreamUser, type WorldOptions } from "../../../test/support/smtp-proxy-world.ts";
import { waitFor } from "../../../test/support/wait-for.ts";

let trust: ProxyTrust;
before(async () => {
  trust = await ProxyTrust.create();
});
after(() => trust.remove());

type Talk = (world: SmtpProxyWorld, taken: readonly TakenMessage[]) => Promise<void>;

/** Waits for the other end of a real socket, which has no event for us. */
function until(holds: () => boolean): Promise<void> {
  return waitFor("the upstream", holds, { pollMs: 2, deadlineMs: 20_000 });
}

/** A conversation with an upstream that behaves as `options` say; the client has not said anything yet. */
async function talk(options: Partial<FakeSmtpOptions> & WorldOptions, conversation: Talk): Promise<void> {
  const taken: TakenMessage[] = [];
  const world = await SmtpProxyWorld.open(trust, ordinarySmtp({ ...upstreamUser, taken, ...options }), options);
  try {
    await conversation(world, taken);
  } finally {
    await world.close();
  }
  assert.ok(!JSON.stringify(world.logged).includes(upstreamUser.password), "no credential in the log (I5)");
  assert.equal(world.upstream.heardInClear, "", "nothing in clear towards the upstream (I5)");
}

/** As `talk`, signed in. */
function submit(options: Partial<FakeSmtpOptions> & WorldOptions, conversation: Talk): Promise<void> {
  return talk(options, async (world, taken) => {
    assert.equal(await world.signIn(), "235 2.7.0 Signed in");
    await conversation(world, taken);
  });
}

/** MAIL, RCPT and DATA; gives the replies. */
async function begin({ client }: SmtpProxyWorld, ...recipients: readonly string[]): Promise<readonly string[]> {
  const replies = [await client.ask("MAIL FROM:<anna@upstream.example>")];
  for (const recipient of recipients.length === 0 ? ["bob@example.com"] : recipients) {
    replies.push(await client.ask(`RCPT TO:<${recipient}>`));
  }
  return [...replies, await client.ask("DATA")];
}

const allKeywords = ["PIPELINING", "SIZE 50000", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "AUTH PLAIN"];
const content = "Subject: hello\r\n\r\n.a line with a dot\r\n..\r\nend\r\n";
const stuffed = "Subject: hello\r\n\r\n..a line with a dot\r\n...\r\nend\r\n";

describe("signing in", () => {
  test("every mechanism, with the rewritten user name", async () => {
    await talk({}, async (world) => {
      await world.client.reply();
      assert.match(await world.client.ask("EHLO client.example"), /^250-AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER$/m);
      assert.equal(await world.client.ask("AUTH LOGIN"), "334 VXNlcm5hbWU6");
      assert.equal(await world.client.ask(Buffer.from(world.userName).toString("base64")), "334 UGFzc3dvcmQ6");
      assert.equal(
        await world.client.ask(Buffer.from(upstreamUser.password).toString("base64")),
        "235 2.7.0 Signed in",
      );
      assert.match(await world.client.ask(world.plain()), /^503 5\.5\.1 /);
    });
    const token = "ya29.token";
    for (const mechanism of ["XOAUTH2", "OAUTHBEARER"]) {
      let heard = "";
      const world = await SmtpProxyWorld.open(trust, async (peer) => {
        peer.send("220 upstream.example ESMTP\r\n");
        await peer.line();
        peer.send(`250-upstream.example\r\n250 AUTH ${mechanism}\r\n`);
        heard = await peer.line();
        if (!heard.includes(" ", 6)) {
          peer.send("334 \r\n");
          heard = await peer.line();
        }
        peer.send("235 2.7.0 Welcome\r\n");
        await peer.line();
      });
      const bearer =
        mechanism === "XOAUTH2"
          ? `user=${world.userName}\x01auth=Bearer ${token}\x01\x01`
          : `n,a=${world.userName},\x01host=gateway.example\x01port=465\x01auth=Bearer ${token}\x01\x01`;
      await world.client.reply();
      await world.client.ask("EHLO client.example");
      const reply = await world.client.ask(`AUTH ${mechanism} ${Buffer.from(bearer).toString("base64")}`);
      assert.equal(reply, "235 2.7.0 Signed in", mechanism);
      const passedOn = Buffer.from(heard.split(" ").at(-1) ?? "", "base64").toString();
      assert.ok(passedOn.includes(`auth=Bearer ${token}\x01\x01`), passedOn);
      assert.ok(!passedOn.includes("%"), "the upstream gets its own user name");
      if (mechanism === "OAUTHBEARER") assert.ok(passedOn.includes(`host=127.0.0.1\x01port=${world.upstream.port}`));
      await world.close();
    }
  });

  test("in clear: 538 before a credential is asked for, and the upstream hears nothing", async () => {
    await talk({ clear: true }, async (world) => {
      await world.client.reply();
      assert.doesNotMatch(await world.client.ask("EHLO client.example"), /AUTH/);
      assert.match(await world.client.ask(world.plain()), /^538 5\.7\.11 /);
      assert.equal(world.upstream.peers.length, 0);
    });
  });

  test("a wrong password and a target that is not allowed are answered in the same words, so are unknown and suspended mailboxes", async () => {
    await talk({}, async (world) => {
      await world.client.reply();
      await world.client.ask("EHLO client.example");
      const wrong = await world.client.ask(world.plain(world.userName, "wrong"));
      const unknown = await world.client.ask(
        world.plain(`anna%127.0.0.1:${world.upstream.port}%mbx-${"0".repeat(32)}`),
      );
      const elsewhere = await world.client.ask(world.plain(`anna%127.0.0.1:1%${world.mailbox.id}`));
      assert.deepEqual([wrong, elsewhere], Array(2).fill("535 5.7.8 Credentials not accepted"));
      world.mailbox = { ...world.mailbox, state: "suspended" };
      const suspended = await world.client.ask(world.plain());
      assert.match(unknown, /^454 4\.7\.0 /);
      assert.equal(suspended, unknown);
      assert.equal(world.upstream.peers.length, 1, "only the first reached the upstream");
    });
  });

  test("a user name of another form: the refusal shows how to write it", async () => {
    await talk({}, async (world) => {
      await world.client.reply();
      await world.client.ask("EHLO client.example");
      for (const name of ["anna", `anna%${world.mailbox.id}`]) {
        assert.match(await world.client.ask(world.plain(name)), /^535 5\.7\.8 .*user%server%mailbox-id/);
      }
    });
  });

  test("a suspended mailbox, a full disk: 454, and nobody is dialled (I3)", async () => {
    await talk({}, async (world) => {
      const { mailbox } = world;
      world.mailbox = { ...mailbox, state: "suspended" };
      await world.client.reply();
      await world.client.ask("EHLO client.example");
      assert.match(await world.client.ask(world.plain()), /^454 4\.7\.0 /);
      world.mailbox = mailbox;
      world.store.state = "disk-low";
      assert.match(await world.client.ask(world.plain()), /^454 4\.7\.0 /);
      assert.equal(world.upstream.peers.length, 0);
    });
  });

  test("a certificate that nobody vouches for: 454 with a text to act on, never 535, and no credential leaves", async () => {
    await talk({ certificate: await selfSigned("127.0.0.1") }, async (world) => {
      assert.match(await world.signIn(), /^454 4\.7\.0 .*certificate.*127\.0\.0\.1/);
      assert.equal(world.upstream.peers[0]?.encrypted ?? "", "");
    });
  });

  test("an upstream that is down: 454", async () => {
    await talk({}, async (world) => {
      const { userName } = world;
      await world.upstream.stop();
      await world.client.reply();
      await world.client.ask("EHLO client.example");
      assert.match(await world.client.ask(world.plain(userName)), /^454 4\.7\.0 .*127\.0\.0\.1/);
    }).catch((error: unknown) => {
      // The upstream is stopped twice.
      if (!String(error).includes("ERR_SERVER_NOT_RUNNING")) throw error;
    });
  });
});

describe("a message", () => {
  test("goes as it is, is recorded as it is, Bcc and the upstream's replies included (I2)", async () => {
    const verdict = (): string => "250 2.0.0 Queued as 4711";
    await submit({ verdict }, async (world, taken) => {
      const replies = await begin(world, "bob@example.com", "unknown@example.com", "hidden@example.net");
      assert.deepEqual(replies, [
        "250 2.1.0 Ok",
        "250 2.1.5 Ok",
        "550 5.1.1 Nobody here",
        "250 2.1.5 Ok",
        "354 Start mail input; end with <CRLF>.<CRLF>",
      ]);
      world.client.say(stuffed);
      assert.equal(await world.client.ask("."), "250 2.0.0 Queued as 4711");
      assert.deepEqual(taken, [
        {
          reversePath: "FROM:<anna@upstream.example>",
          forwardPaths: ["TO:<bob@example.com>", "TO:<hidden@example.net>"],
          octets: stuffed,
        },
      ]);
      const [record] = world.records();
      assert.equal(record?.content, content);
      const trace = record.trace.split("\r\n");
      for (const line of [
        "X-Postern-Source: smtp-proxy",
        "X-Envelope-From: anna@upstream.example",
        "X-Envelope-To: bob@example.com",
        "X-Envelope-To: hidden@example.net",
        "X-Postern-Recipient-Reply: <bob@example.com> 250 2.1.5 Ok",
        "X-Postern-Recipient-Reply: <hidden@example.net> 250 2.1.5 Ok",
        "X-Postern-Refused-Recipient: <unknown@example.com> 550 5.1.1 Nobody here",
        "X-Postern-Remote-User: anna",
        `X-Postern-Upstream: 127.0.0.1:${world.upstream.port}`,
      ]) {
        assert.ok(trace.includes(line), `${line} is missing in\n${record.trace}`);
      }
      assert.ok(!trace.includes("X-Envelope-To: unknown@example.com"), "it was not sent there");
      assert.match(record.trace, / with ESMTPSA id /);
      assert.deepEqual(world.store.settled, [{ message: record.uniqueId, outcome: "accepted" }]);
      const [said] = world.verdicts();
      assert.deepEqual(
        { ...Object(said), decidedAt: "" },
        {
          kind: "verdict",
          outcome: "accepted",
          reply: "250 2.0.0 Queued as 4711",
          upstream: `127.0.0.1:${world.upstream.port}`,
          upstreamAddress: "127.0.0.1",
          decidedAt: "",
        },
      );
    });
  });

  test("the upstream has no end of data before the copy is durable, the client no 250 before the upstream's (I3)", async () => {
    const order: string[] = [];
    const verdict = (): string => {
      order.push("upstream has the end");
      return "250 2.0.0 Ok";
    };
    await submit({ verdict }, async (world, taken) => {
      await begin(world);
      const gate = Promise.withResolvers<void>();
      world.store.gate = gate.promise;
      world.client.say(`${stuffed}.\r\n`);
      const [peer] = world.upstream.peers;
      await until(() => peer?.encrypted.endsWith("\r\nend\r\n") === true);
      assert.deepEqual(taken, []);
      order.push("copy durable");
      gate.resolve();
      assert.equal(await world.client.reply(), "250 2.0.0 Ok");
      assert.deepEqual(order, ["copy durable", "upstream has the end"]);
    });
  });

  test("several on one connection, RSET and a forgotten transaction between them", async () => {
    await submit({}, async (world, taken) => {
      for (const name of ["one", "two"]) {
        await world.client.ask("MAIL FROM:<left@upstream.example>");
        await world.client.ask("RCPT TO:<left@example.com>");
        assert.equal(await world.client.ask("RSET"), "250 2.0.0 Ok");
        await begin(world, `${name}@example.com`);
        assert.equal(await world.client.ask(`${name}\r\n.`), "250 2.0.0 Ok");
      }
      assert.deepEqual(
        taken.map(({ forwardPaths, octets }) => [...forwardPaths, octets]),
        [
          ["TO:<one@example.com>", "one\r\n"],
          ["TO:<two@example.com>", "two\r\n"],
        ],
      );
      assert.equal(world.upstream.peers[0]?.encrypted.match(/^RSET\r$/gm)?.length, 2, "RSET went before each MAIL");
      assert.deepEqual(
        world.records().map((record) => record.content),
        ["one\r\n", "two\r\n"],
      );
      assert.match(await world.client.ask("QUIT"), /^221 /);
      await world.served;
      assert.ok(world.upstream.peers[0]?.encrypted.endsWith("\r\nQUIT\r\n"), "we take leave as the client did");
      assert.ok(!world.logged.some(({ code }) => code === "proxy/upstream-lost"), "a farewell is no loss");
    });
  });

  test("a pipelined group gets its replies in order (RFC 2920 §3.1)", async () => {
    await submit({}, async (world) => {
      const { client } = world;
      client.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<unknown@c.example>\r\nRCPT TO:<d@c.example>\r\nDATA\r\n");
      const replies = [];
      for (let at = 0; at < 4; at += 1) replies.push((await client.reply()).slice(0, 3));
      assert.deepEqual(replies, ["250", "550", "250", "354"]);
      assert.match(await client.ask("x\r\n."), /^250 /);
    });
  });

  test("what the upstream says of MAIL and DATA is what the client hears", async () => {
    const world = await SmtpProxyWorld.open(trust, async (peer) => {
      peer.send("220 upstream.example ESMTP\r\n");
      for (const answer of ["250-upstream.example\r\n250 AUTH PLAIN", "235 Welcome", "550 no such sender"]) {
        await peer.line();
        peer.send(`${answer}\r\n`);
      }
      for (const answer of ["250 fine", "251 will forward", "451 4.7.1 Greylisted\r\n"]) {
        await peer.line();
        peer.send(`${answer}\r\n`);
      }
      await peer.closed();
    });
    assert.match(await world.signIn(), /^235 /);
    assert.equal(await world.client.ask("MAIL FROM:<a@b.example>"), "550 5.0.0 no such sender");
    assert.equal(await world.client.ask("MAIL FROM:<a@b.example>"), "250 2.1.0 fine");
    assert.equal(await world.client.ask("RCPT TO:<a@b.example>"), "251 2.1.5 will forward");
    assert.equal(await world.client.ask("DATA"), "451 4.7.1 Greylisted");
    assert.deepEqual(world.records(), []);
    await world.close();
  });
});

describe("the failure table", () => {
  test("the client goes away before the end: no end for the upstream, nothing recorded", async () => {
    await submit({}, async (world, taken) => {
      await begin(world);
      world.client.say("half a mess");
      const [peer] = world.upstream.peers;
      await until(() => peer?.encrypted.endsWith("half a mess") === true);
      world.client.finish();
      await world.served;
      await until(() => peer?.isGone === true);
      assert.ok(peer?.encrypted.endsWith("DATA\r\nhalf a mess"), "nothing followed, QUIT neither");
      assert.deepEqual([taken, world.records(), world.store.aborted.length], [[], [], 1]);
    });
  });

  for (const [name, state] of [
    ["writing", "failWrites"],
    ["the sync", "failCommits"],
  ] as const) {
    test(`the store fails at ${name}: 451, and the message is not sent (I3)`, async () => {
      await submit({}, async (world, taken) => {
        await begin(world);
        world.store[state] = true;
        assert.match(await world.client.ask("x\r\n."), /^451 4\.3\.0 /);
        assert.match(await world.client.reply(), /^421 4\.4\.2 /, "there is no way back out of the upstream's DATA");
        await world.served;
        assert.deepEqual([taken, world.records()], [[], []]);
      });
    });
  }

  test("the disk fills up between two messages: 452 at MAIL", async () => {
    await submit({}, async (world) => {
      world.store.state = "disk-low";
      assert.match(await world.client.ask("MAIL FROM:<a@b.example>"), /^452 4\.3\.1 /);
      world.store.state = "ready";
      assert.match(await world.client.ask("MAIL FROM:<a@b.example>"), /^250 /);
    });
  });

  for (const said of ["452 4.2.2 Mailbox full", "554 5.7.1 Spam"]) {
    test(`the upstream says ${said}: the client hears it, nothing stays, the session goes on`, async () => {
      let verdict = said;
      await submit({ verdict: () => verdict }, async (world) => {
        await begin(world);
        assert.equal(await world.client.ask("x\r\n."), said);
        assert.deepEqual(world.records(), []);
        verdict = "250 2.0.0 Ok";
        await begin(world);
        assert.equal(await world.client.ask("y\r\n."), "250 2.0.0 Ok");
        assert.deepEqual(
          world.records().map((record) => record.content),
          ["y\r\n"],
        );
      });
    });
  }

  test("the upstream is silent after the end: 451 4.4.2, kept as unknown", async () => {
    await submit({ verdict: () => undefined, verdictMs: 50 }, async (world) => {
      await begin(world);
      assert.match(await world.client.ask("x\r\n."), /^451 4\.4\.2 /);
      assert.match(await world.client.reply(), /^421 4\.4\.2 /);
      assert.deepEqual(
        world.store.settled.map(({ outcome }) => outcome),
        ["unknown"],
      );
      assert.equal(world.records()[0]?.content, "x\r\n");
      assert.deepEqual(Object(world.verdicts()[0]).cause, "silent");
    });
  });

  test("the connection breaks after the end: 451 4.4.2, kept as unknown", async () => {
    let world: SmtpProxyWorld | undefined;
    const verdict = (): undefined => {
      world?.upstream.peers[0]?.destroy();
    };
    await submit({ verdict }, async (opened) => {
      world = opened;
      await begin(opened);
      assert.match(await opened.client.ask("x\r\n."), /^451 4\.4\.2 /);
      assert.deepEqual(
        opened.store.settled.map(({ outcome }) => outcome),
        ["unknown"],
      );
    });
  });

  test("the upstream accepts and the client is gone: recorded as accepted", async () => {
    let world: SmtpProxyWorld | undefined;
    const verdict = (): string => {
      world?.client.finish("lost");
      return "250 2.0.0 Ok";
    };
    await submit({ verdict }, async (opened) => {
      world = opened;
      await begin(opened);
      opened.client.say("x\r\n.\r\n");
      await opened.served;
      assert.deepEqual(
        opened.store.settled.map(({ outcome }) => outcome),
        ["accepted"],
      );
    });
  });

  test("the gateway stops while the verdict is awaited: kept as unknown", async () => {
    await submit({ verdict: () => undefined }, async (world, taken) => {
      await begin(world);
      world.client.say("x\r\n.\r\n");
      await until(() => taken.length === 1);
      world.upstreams.stop();
      assert.match(await world.client.reply(), /^451 4\.4\.2 /);
      assert.deepEqual(
        world.store.settled.map(({ outcome }) => outcome),
        ["unknown"],
      );
    });
  });

  test("a connection that breaks in the middle of the content: 451 at its real end, nothing recorded", async () => {
    await submit({}, async (world) => {
      await begin(world);
      world.client.say("half\r\n");
      const [peer] = world.upstream.peers;
      await until(() => peer?.encrypted.endsWith("half\r\n") === true);
      peer?.destroy();
      await until(() => world.logged.some(({ code }) => code === "proxy/upstream-lost"));
      world.client.say("QUIT\r\n");
      const reply = await world.client.ask(".");
      assert.match(reply, /^451 4\.4\.2 /);
      assert.deepEqual([world.records(), world.store.settled], [[], []]);
    });
  });
});

describe("the upstream says 421", () => {
  test("between two commands: passed on, both close (RFC 5321 §3.8)", async () => {
    await submit({}, async (world) => {
      world.upstream.peers[0]?.send("421 4.3.2 Shutting down\r\n");
      assert.equal(await world.client.reply(), "421 4.3.2 Shutting down");
      await world.served;
      await until(() => world.upstream.peers[0]?.isGone === true);
    });
  });

  test("in the place of a verdict: passed on, nothing recorded", async () => {
    await submit({ verdict: () => "421 4.3.2 Shutting down" }, async (world) => {
      await begin(world);
      assert.equal(await world.client.ask("x\r\n."), "421 4.3.2 Shutting down");
      await world.served;
      assert.deepEqual(world.records(), []);
    });
  });

  test("or just hangs up: 421 4.4.2", async () => {
    await submit({}, async (world) => {
      world.upstream.peers[0]?.destroy();
      assert.match(await world.client.reply(), /^421 4\.4\.2 /);
      await world.served;
    });
  });
});

describe("an evil upstream", () => {
  /** Signs in, then answers each line with the next of `answers`; content counts as a line as well. */
  async function facing(answers: readonly string[], conversation: (world: SmtpProxyWorld) => Promise<void>) {
    const world = await SmtpProxyWorld.open(trust, async (peer) => {
      peer.send("220 upstream.example ESMTP\r\n");
      for (const answer of ["250-upstream.example\r\n250 AUTH PLAIN", "235 Welcome", ...answers]) {
        await peer.line();
        peer.send(`${answer}\r\n`);
      }
      await peer.closed();
    });
    try {
      assert.match(await world.signIn(), /^235 /);
      await conversation(world);
    } finally {
      await world.close();
    }
  }
  const envelope = ["250 ok", "250 ok"];

  test("says yes to a message before it has the end: that is no verdict, and nothing is recorded as sent", async () => {
    await facing([...envelope, "354 go\r\n250 2.0.0 Ok"], async (world) => {
      await begin(world);
      await until(() => world.logged.some(({ code }) => code === "proxy/upstream-lost"));
      assert.match(await world.client.ask("x\r\n."), /^451 4\.4\.2 /);
      assert.deepEqual([world.records(), world.store.settled], [[], []]);
    });
  });

  test("answers twice, or with what is no reply: the conversation ends, and the client is told 421", async () => {
    await facing(["250 ok\r\n250 and RCPT too"], async ({ client }) => {
      assert.match(await client.ask("MAIL FROM:<a@b.example>"), /^250 /);
      assert.match(await client.reply(), /^421 4\.4\.2 /);
    });
    await facing(["hello"], async ({ client }) => {
      assert.match(await client.ask("MAIL FROM:<a@b.example>"), /^421 4\.4\.2 /);
    });
    await facing(["334 tell me more"], async ({ client }) => {
      assert.match(await client.ask("MAIL FROM:<a@b.example>"), /^421 4\.4\.2 /);
    });
  });

  test("gives a verdict that is none: the message is kept as unknown", async () => {
    for (const said of ["what?", "354 more please", "334 tell me more"]) {
      await facing([...envelope, "354 go", said], async (world) => {
        await begin(world);
        assert.match(await world.client.ask("."), /^451 4\.4\.2 /, said);
        assert.deepEqual(
          world.store.settled.map(({ outcome }) => outcome),
          ["unknown"],
        );
      });
    }
  });

  test("writes control characters into its text: they cannot become a reply of their own", async () => {
    await facing(["550 no\0\r250 yes"], async ({ client }) => {
      assert.doesNotMatch(await client.ask("MAIL FROM:<a@b.example>"), /^250|\n250/);
    });
  });
});

describe("what differs between client and upstream", () => {
  test("after the sign-in EHLO tells what the upstream takes, with the smaller SIZE", async () => {
    await submit({ extensions: ["SIZE 50000", "8BITMIME", "AUTH PLAIN", "XCLIENT LOGIN"] }, async (world) => {
      const lines = (await world.client.ask("EHLO client.example")).replaceAll(/^250[ -]/gm, "").concat("\n");
      assert.ok(/^SIZE 50000$/m.test(lines) && /^8BITMIME$/m.test(lines) && /^CHUNKING$/m.test(lines));
      for (const keyword of ["SMTPUTF8", "DSN", "REQUIRETLS", "XCLIENT LOGIN"])
        assert.ok(!lines.includes(keyword), keyword);
      assert.match(await world.client.ask("MAIL FROM:<a@b.example> SIZE=50001"), /^552 5\.3\.4 /);
      assert.match(await world.client.ask("XCLIENT LOGIN=root"), /^500 /);
      assert.match(await world.client.ask("MAIL FROM:<a@b.example> SIZE=50000"), /^250 /);
      const heard = world.upstream.peers[0]?.encrypted ?? "";
      assert.ok(heard.includes("MAIL FROM:<a@b.example> SIZE=50000\r\n") && !heard.includes("XCLIENT"));
    });
  });

  test("parameters go on to an upstream that knows them, and are left out for one that does not", async () => {
    const ask = async ({ client }: SmtpProxyWorld): Promise<void> => {
      await client.ask("MAIL FROM:<a@b.example> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=q AUTH=<>");
      await client.ask("RCPT TO:<c@d.example> NOTIFY=NEVER ORCPT=rfc822;e@f.example");
    };
    await submit({ extensions: allKeywords }, async (world) => {
      await ask(world);
      const heard = world.upstream.peers[0]?.encrypted ?? "";
      assert.ok(heard.includes("MAIL FROM:<a@b.example> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=q\r\n"), heard);
      assert.ok(heard.includes("RCPT TO:<c@d.example> NOTIFY=NEVER ORCPT=rfc822;e@f.example\r\n"), heard);
    });
    await submit({ extensions: ["AUTH PLAIN"] }, async (world) => {
      await ask(world);
      const heard = world.upstream.peers[0]?.encrypted ?? "";
      assert.ok(heard.includes("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"), heard);
    });
  });

  test("an upstream without SMTPUTF8: addresses and headers that need it are refused, the rest passes", async () => {
    await submit({ extensions: ["8BITMIME", "AUTH PLAIN"] }, async (world, taken) => {
      const { client } = world;
      assert.match(await client.ask("MAIL FROM:<\xc3\xa4@b.example> SMTPUTF8"), /^550 5\.6\.7 /);
      assert.match(await client.ask("MAIL FROM:<a@b.example> SMTPUTF8"), /^250 /);
      assert.match(await client.ask("RCPT TO:<\xc3\xa4@d.example>"), /^550 5\.6\.7 /);
      await client.ask("RCPT TO:<c@d.example>");
      await client.ask("DATA");
      assert.match(await client.ask("Subject: x\r\n\r\n\xc3\xa4\r\n."), /^250 /);
      assert.equal(taken.length, 1);
      await client.ask("MAIL FROM:<a@b.example> SMTPUTF8");
      await client.ask("RCPT TO:<c@d.example>");
      await client.ask("DATA");
      assert.match(await client.ask("Subject: \xc3\xa4\r\n\r\nx\r\n."), /^554 5\.6\.9 /);
      assert.equal(taken.length, 1);
    });
  });

  test("an upstream without 8BITMIME: 8-bit content is refused, never converted", async () => {
    await submit({ extensions: ["AUTH PLAIN"] }, async (world, taken) => {
      await world.client.ask("MAIL FROM:<a@b.example> BODY=8BITMIME");
      await world.client.ask("RCPT TO:<c@d.example>");
      await world.client.ask("DATA");
      assert.match(await world.client.ask("Subject: x\r\n\r\n\xe4\r\n."), /^554 5\.6\.3 /);
      assert.deepEqual([taken, world.records()], [[], []]);
    });
  });

  for (const [name, octets] of [
    ["a bare LF", "Subject: x\r\n\r\na\nb\r\n"],
    ["a bare CR", "Subject: x\r\n\r\na\rb\r\n"],
    ["LF . LF, where some servers see an end", "Subject: x\r\n\r\na\n.\nMAIL FROM:<evil@b.example>\r\n"],
  ] as const) {
    test(`${name} never goes on in DATA: 554 5.6.0 at the real end`, async () => {
      await submit({ extensions: allKeywords }, async (world, taken) => {
        await begin(world);
        assert.match(await world.client.ask(`${octets}.`), /^554 5\.6\.0 /);
        assert.deepEqual([taken, world.records()], [[], []]);
      });
    });
  }

  test("BDAT goes on as BDAT, octet by octet, bare line ends included (RFC 3030 §2)", async () => {
    await submit({ extensions: allKeywords }, async (world, taken) => {
      const octets = "Subject: x\r\n\r\na\nb\rc\r\n.\r\nno end of line";
      await world.client.ask("MAIL FROM:<a@b.example>");
      await world.client.ask("RCPT TO:<c@d.example>");
      world.client.say(`BDAT 5\r\n${octets.slice(0, 5)}`);
      assert.match(await world.client.reply(), /^250 /);
      world.client.say(`BDAT ${octets.length - 5} LAST\r\n${octets.slice(5)}`);
      assert.equal(await world.client.reply(), "250 2.0.0 Ok");
      assert.equal(taken[0]?.octets, octets);
      assert.equal(world.records()[0]?.content, octets);
    });
  });

  test("BDAT becomes DATA for an upstream without CHUNKING", async () => {
    await submit({}, async (world, taken) => {
      await world.client.ask("MAIL FROM:<a@b.example>");
      await world.client.ask("RCPT TO:<c@d.example>");
      world.client.say(`BDAT ${content.length} LAST\r\n${content}`);
      assert.equal(await world.client.reply(), "250 2.0.0 Ok");
      assert.equal(taken[0]?.octets, stuffed);
      assert.equal(world.records()[0]?.content, content);
      await world.client.ask("MAIL FROM:<a@b.example>");
      await world.client.ask("RCPT TO:<c@d.example>");
      world.client.say("BDAT 6 LAST\r\nno end");
      assert.match(
        await world.client.reply(),
        /^554 5\.6\.0 /,
        "an end of line that we added would change the message",
      );
    });
  });

  test("content of many chunks, larger than what is held", async () => {
    const large = `Subject: x\r\n\r\n${"0123456789abcdef\r\n".repeat(30_000)}`;
    const limit = { maxMessageBytes: 10_000_000 };
    for (const extensions of [["CHUNKING", "AUTH PLAIN"], ["AUTH PLAIN"]]) {
      await submit({ extensions, settings: limit }, async (world, taken) => {
        await world.client.ask("EHLO client.example");
        await world.client.ask("MAIL FROM:<a@b.example>");
        await world.client.ask("RCPT TO:<c@d.example>");
        world.client.say(`BDAT ${large.length} LAST\r\n`);
        for (let at = 0; at < large.length; at += 60_000) world.client.say(large.slice(at, at + 60_000));
        assert.match(await world.client.reply(), /^250 /);
        assert.equal(taken[0]?.octets, large);
        assert.equal(world.records()[0]?.content, large);
      });
    }
  });

  test("too large: 552 at the real end, the upstream gets no end", async () => {
    await submit({}, async (world, taken) => {
      await begin(world);
      const line = `${"x".repeat(98)}\r\n`;
      world.client.say(line.repeat(1001));
      assert.match(await world.client.ask("."), /^552 5\.3\.4 /);
      assert.deepEqual([taken, world.records()], [[], []]);
    });
  });
});

test("without AUTH the same session takes journal copies", async () => {
  await talk({}, async (world) => {
    await world.client.reply();
    await world.client.ask("EHLO journal.example");
    await world.client.ask("MAIL FROM:<>");
    assert.match(await world.client.ask(`RCPT TO:<${world.mailbox.id}@archive.example>`), /^250 /);
    await world.client.ask("DATA");
    assert.match(await world.client.ask("x\r\n."), /^250 2\.0\.0 Kept /);
    assert.equal(world.upstream.peers.length, 0);
  });
});
