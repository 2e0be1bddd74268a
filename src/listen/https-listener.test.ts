// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { silentLog } from "../observe/log.ts";
import { createSelfSigned, secureContextSource } from "./certificate.ts";
import { ConnectionLimits } from "./connection-limits.ts";
import { HttpsListener } from "./https-listener.ts";

const open: HttpsListener[] = [];

after(async () => {
  await Promise.all(open.map((listener) => listener.close(0)));
});

const answer = Buffer.alloc(1 << 20);

async function listen(parts: { readonly silenceMs?: number; readonly connections?: number }): Promise<{
  readonly listener: HttpsListener;
  readonly limits: ConnectionLimits;
  readonly handled: () => number;
}> {
  const pair = await createSelfSigned(["localhost"]);
  const limits = new ConnectionLimits({ connectionsTotal: 100, connectionsPerAddress: 100 });
  let handled = 0;
  const share = {
    limits,
    context: () => secureContextSource(pair, "TLSv1.2" as const),
    handshakeTimeoutMs: 5000,
    log: silentLog,
    ...parts,
  };
  const listener = await HttpsListener.open(
    {
      name: "test",
      address: { host: "127.0.0.1", port: 0 },
      handle: (request, response) => {
        handled += 1;
        if (request.url === "/small") {
          response.end("ok");
          return;
        }
        // More than any buffer on the way holds.
        for (let part = 0; part < 64; part++) response.write(answer);
        response.end();
      },
    },
    share,
  );
  open.push(listener);
  return { listener, limits, handled: () => handled };
}

function visit(port: number): TLSSocket {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  socket.on("error", () => undefined);
  return socket;
}

test("who asks and does not read the answer loses the connection, and its place is free", async () => {
  const { listener, limits } = await listen({ silenceMs: 100 });
  const socket = visit(listener.port);
  await once(socket, "secureConnect");
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (limits.open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  socket.destroy();
});

test("requests that do not wait for answers are not all taken; one after the other any number is", async () => {
  const { listener, limits, handled } = await listen({});
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const hasty = visit(listener.port);
  await once(hasty, "secureConnect");
  hasty.pause();
  hasty.write(request("/").repeat(500));
  while (limits.open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(handled(), 4);
  hasty.destroy();
  const patient = visit(listener.port);
  await once(patient, "secureConnect");
  for (let round = 0; round < 50; round++) {
    patient.write(request("/small"));
    const [answer] = await once(patient, "data");
    assert.match(String(answer), /^HTTP\/1\.1 200/);
  }
  patient.destroy();
});

test("the console has some of the places, at its limit and one above, and a place that is left is one again", async () => {
  const { listener, limits } = await listen({ connections: 2 });
  const first = visit(listener.port);
  const second = visit(listener.port);
  await Promise.all([once(first, "secureConnect"), once(second, "secureConnect")]);
  const third = visit(listener.port);
  await new Promise((resolve) => {
    third.once("close", resolve);
  });
  assert.equal(limits.open, 2);
  first.destroy();
  while (limits.open > 1) await new Promise((resolve) => setTimeout(resolve, 10));
  const fourth = visit(listener.port);
  await once(fourth, "secureConnect");
  second.destroy();
  fourth.destroy();
});
