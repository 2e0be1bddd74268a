// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { connect as connectTls, type SecureContext } from "node:tls";
import type { Connection } from "../base/connection.ts";
import { silentLog } from "../observe/log.ts";
import { createSelfSigned, secureContextOf } from "./certificate.ts";
import { ConnectionLimits } from "./connection-limits.ts";
import { Listener, type ListenerShare } from "./listener.ts";
import { OpenConnections } from "./open-connections.ts";

let context: SecureContext;
const open: Listener[] = [];

before(async () => {
  context = secureContextOf(await createSelfSigned(["localhost"]), "TLSv1.2");
});

after(async () => {
  await Promise.all(open.map((listener) => listener.close(0)));
});

function share(perAddress = 50, total = 100): ListenerShare {
  let number = 0;
  return {
    limits: new ConnectionLimits({ connectionsTotal: total, connectionsPerAddress: perAddress }),
    open: new OpenConnections(),
    secureContext: () => context,
    handshakeTimeoutMs: 5000,
    log: silentLog,
    nextId: () => String(++number),
  };
}

async function listen(
  serve: (connection: Connection) => Promise<void>,
  options: {
    implicitTls?: boolean;
    busyText?: string;
    perAddress?: number;
    total?: number;
    beside?: ListenerShare;
  } = {},
): Promise<Listener> {
  const listener = await Listener.open(
    {
      name: "test",
      address: { host: "127.0.0.1", port: 0 },
      implicitTls: options.implicitTls ?? false,
      busyText: options.busyText ?? "421 busy\r\n",
      serve,
    },
    options.beside ?? share(options.perAddress, options.total),
  );
  open.push(listener);
  return listener;
}

async function everything(socket: Socket): Promise<string> {
  let text = "";
  for await (const bytes of socket) text += String(bytes);
  return text;
}

test("octets go both ways and the end of the peer is told", async () => {
  const ends: string[] = [];
  const listener = await listen(async (connection) => {
    const got = await connection.read(5000);
    connection.write(`got ${String(got)}`);
    ends.push(String(await connection.read(5000)));
    await connection.end();
  });
  const socket = connect(listener.port, "127.0.0.1");
  socket.end("hello");
  assert.equal(await everything(socket), "got hello");
  assert.deepEqual(ends, ["ended"]);
});

test("a read without octets ends as timed-out and the connection goes on", async () => {
  const listener = await listen(async (connection) => {
    connection.write(`${String(await connection.read(20))}\r\n`);
    connection.write(String(await connection.read(5000)));
    await connection.end();
  });
  const socket = connect(listener.port, "127.0.0.1");
  const [first] = await once(socket, "data");
  assert.equal(String(first), "timed-out\r\n");
  socket.write("late");
  assert.equal(await everything(socket), "late");
});

test("TLS from the first octet, and its facts", async () => {
  const listener = await listen(
    async (connection) => {
      connection.write(connection.tls?.version ?? "none");
      await connection.end();
    },
    { implicitTls: true },
  );
  const socket = connectTls({ port: listener.port, host: "127.0.0.1", rejectUnauthorized: false });
  assert.equal(await everything(socket), "TLSv1.3");
});

test("STARTTLS with octets behind it in clear is refused (RFC 3207 §4.2)", async () => {
  const outcome: boolean[] = [];
  const listener = await listen(async (connection) => {
    await connection.read(5000);
    connection.write("220 go\r\n");
    // The injected octets arrive as a second read that nobody asked for.
    await new Promise((resolve) => setTimeout(resolve, 50));
    outcome.push(await connection.startTls());
  });
  const socket = connect(listener.port, "127.0.0.1");
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.write("STARTTLS\r\n");
  await once(socket, "data");
  socket.write("EHLO injected\r\n");
  await once(socket, "close");
  assert.deepEqual(outcome, [false]);
});

test("a connection over the limit of its address hears why and is closed; the next one after a close is taken", async () => {
  const listener = await listen(
    async (connection) => {
      connection.write("220 hi\r\n");
      await connection.read(5000);
    },
    { perAddress: 1 },
  );
  const first = connect(listener.port, "127.0.0.1");
  await once(first, "data");
  assert.equal(await everything(connect(listener.port, "127.0.0.1")), "421 busy\r\n");
  first.end();
  await once(first, "close");
  const third = connect(listener.port, "127.0.0.1");
  const [greeting] = await once(third, "data");
  assert.equal(String(greeting), "220 hi\r\n");
  third.destroy();
});

test("when all places are taken, who was silent for longest and has shown nothing gives way for a new one", async () => {
  const listener = await listen(
    async (connection) => {
      connection.write("220 hi\r\n");
      for (;;) {
        const octets = await connection.read(5000);
        if (!Buffer.isBuffer(octets)) return;
        if (String(octets) === "mail") connection.keepPlace();
        connection.write("250 ok\r\n");
      }
    },
    { total: 3 },
  );
  const arrive = async (words?: string): Promise<{ readonly socket: Socket; readonly said: () => string }> => {
    const socket = connect(listener.port, "127.0.0.1");
    let text = "";
    socket.on("data", (bytes) => {
      text += String(bytes);
    });
    socket.on("error", () => undefined);
    await once(socket, "data");
    if (words !== undefined) {
      socket.write(words);
      await once(socket, "data");
    }
    return { socket, said: () => text };
  };
  const mail = await arrive("mail");
  const silent = await arrive();
  const other = await arrive();
  const gone = once(silent.socket, "close");
  const late = await arrive();
  await gone;
  assert.equal(silent.said(), "220 hi\r\n421 busy\r\n");
  assert.equal(late.said(), "220 hi\r\n");
  // Who speaks is not the one that gives way.
  other.socket.write("x");
  await once(other.socket, "data");
  const lateGone = once(late.socket, "close");
  const last = await arrive("mail");
  await lateGone;
  other.socket.write("mail");
  await once(other.socket, "data");
  // Nobody is left who has to.
  const refused = await arrive();
  assert.equal(refused.said(), "421 busy\r\n");
  for (const each of [mail, other, last]) assert.equal(each.socket.destroyed, false);
  for (const each of [mail, other, last, refused]) each.socket.destroy();
});

test("when all places are taken, who is silent at one listener gives way for who comes to another", async () => {
  const beside = share(50, 2);
  const greet =
    (text: string) =>
    async (connection: Connection): Promise<void> => {
      connection.write(text);
      await connection.read(5000);
    };
  const pop3 = await listen(greet("+OK hi\r\n"), { beside, busyText: "-ERR busy\r\n" });
  const smtp = await listen(greet("220 hi\r\n"), { beside });
  const silent = [connect(pop3.port, "127.0.0.1"), connect(pop3.port, "127.0.0.1")];
  for (const socket of silent) await once(socket, "data");
  const [longest] = silent;
  assert.ok(longest);
  const last = everything(longest);
  const sender = connect(smtp.port, "127.0.0.1");
  assert.equal(String((await once(sender, "data"))[0]), "220 hi\r\n");
  assert.equal(await last, "-ERR busy\r\n");
  for (const socket of [sender, ...silent]) socket.destroy();
});

test("closing lets a waiting session end by itself", async () => {
  const reasons: string[] = [];
  const listener = await listen(async (connection) => {
    connection.write("220 hi\r\n");
    reasons.push(String(await connection.read(60_000)));
    connection.write("421 bye\r\n");
    await connection.end();
  });
  const socket = connect(listener.port, "127.0.0.1");
  const [greeting] = await once(socket, "data");
  assert.equal(String(greeting), "220 hi\r\n");
  const rest = everything(socket);
  await listener.close(5000);
  assert.equal(await rest, "421 bye\r\n");
  assert.deepEqual(reasons, ["draining"]);
});

test("a peer that does not read stops the writer, and a session's fault closes only its connection", async () => {
  const stopped = Promise.withResolvers<boolean>();
  const listener = await listen(async (connection) => {
    const block = Buffer.alloc(1 << 20);
    let waits: Promise<boolean> | undefined;
    for (let round = 0; round < 64 && waits === undefined; round++) waits = connection.write(block);
    stopped.resolve(waits !== undefined);
    throw new Error("a fault of the session");
  });
  const socket = connect(listener.port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => undefined);
  assert.equal(await stopped.promise, true);
  socket.resume();
  await once(socket, "close");
});

test("no second handshake within a connection (RFC 9325 §3.5)", async () => {
  const listener = await listen(
    async (connection) => {
      while (Buffer.isBuffer(await connection.read(500)));
    },
    { implicitTls: true },
  );
  const socket = connectTls({
    port: listener.port,
    host: "127.0.0.1",
    rejectUnauthorized: false,
    maxVersion: "TLSv1.2",
  });
  await once(socket, "secureConnect");
  socket.on("error", () => undefined);
  const agreed = await new Promise<boolean>((resolve) => {
    socket.once("close", () => resolve(false));
    socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error === null));
  });
  assert.equal(agreed, false);
  socket.destroy();
});
