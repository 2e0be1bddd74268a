// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../../src/base/limits.ts";
import { connectMany, destroyAll, HostilePeer, patienceMs, pause, sourceAddress } from "../hostile-peer.ts";
import { type Arena, type Scenario, Tally } from "../scenario.ts";

/** What comes in by the console's door. */
export const httpScenarios: readonly Scenario[] = [
  {
    name: "https: heads and bodies that are too much",
    memoryMiB: 150,
    attack: async (arena) => {
      const tally = new Tally();
      const huge = "x".repeat(60_000);
      // 200, or 503 where the console is not built: what is taken for a page gets that, whichever it is.
      const plain = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      const page = (await httpAsk(arena, { from: sourceAddress(200), request: plain })).status;
      tally.expect(page === 200 || page === 503, () => `the first page: ${page}`);
      const json = (body: string, path = "/api/v1/sign-in"): string =>
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      const requests: readonly (readonly [string, string, readonly number[]])[] = [
        ["huge header", `GET / HTTP/1.1\r\nHost: localhost\r\nX-Huge: ${huge}\r\n\r\n`, [431]],
        ["5,000 headers", `GET / HTTP/1.1\r\nHost: localhost\r\n${"X-A: b\r\n".repeat(5000)}\r\n`, [431]],
        ["huge path", `GET /${huge} HTTP/1.1\r\nHost: localhost\r\n\r\n`, [431, 414, 404]],
        ["huge cookie", `GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ${"a=b; ".repeat(10_000)}\r\n\r\n`, [431]],
        ["body over the limit", json(`{"name":"${"x".repeat(limits.apiBodyBytes)}"}`), [413]],
        ["30,000 nested arrays", json("[".repeat(30_000)), [400]],
        ["30,000 nested objects, closed", json('{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)), [400]],
        ["a name of 60,000 characters", json(`{"name":"${"a".repeat(60_000)}","password":"x"}`), [400, 401, 422]],
        [
          "a password of 60,000 characters",
          json(`{"name":"hostess","password":"${"a".repeat(60_000)}"}`),
          [400, 401, 422],
        ],
        ["10,000 keys", json(`{${Array.from({ length: 5000 }, (_, at) => `"k${at}":1`).join()}}`), [400]],
        ["__proto__", json('{"__proto__":{"role":"administrator"},"name":"x","password":"y"}'), [400, 401]],
        ["a number without end", json(`{"name":${"9".repeat(60_000)},"password":"x"}`), [400]],
        ["bad UTF-8", json('{"name":"\xc3\x28","password":"\xff"}'), [400, 401]],
        ["gzip body", json("\x1f\x8b\x08").replace("Connection:", "Content-Encoding: gzip\r\nConnection:"), [400, 415]],
        ["no HTTP", "EHLO console\r\n\r\n", [400]],
        ["HTTP/0.9", "GET /\r\n\r\n", [page]],
        ["TRACE", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", [400, 404, 405, 501]],
        ["CONNECT", "CONNECT 127.0.0.1:25 HTTP/1.1\r\nHost: 127.0.0.1:25\r\n\r\n", [0, 400, 404, 405]],
        [
          "upgrade",
          "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
          [page, 400, 404],
        ],
        [
          "../",
          "GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
          [page, 400, 404],
        ],
        [
          "%2e%2e",
          "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
          [page, 400, 404],
        ],
      ];
      for (const [index, [name, request, allowed]] of requests.entries()) {
        const answer = await httpAsk(arena, { from: sourceAddress(1 + index), request });
        tally.count(`${answer.status} ${name}`);
        tally.expect(allowed.includes(answer.status), () => `${name}: ${answer.status} ${answer.text.slice(0, 300)}`);
        tally.expect(!/root:|\bat .*\.ts:/.test(answer.text), () => `${name} tells: ${answer.text.slice(0, 300)}`);
      }
      return tally.outcome(`${requests.length} requests that are too large, too deep or none`);
    },
  },
  {
    name: "https: request smuggling",
    memoryMiB: 150,
    attack: async (arena) => {
      const tally = new Tally();
      const inner = "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
      const head = "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
      const requests: readonly (readonly [string, string])[] = [
        ["CL and TE", `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
        ["two CL", `${head}Content-Length: 2\r\nContent-Length: ${inner.length + 2}\r\n\r\n{}${inner}`],
        ["CL twice in one", `${head}Content-Length: 2, ${inner.length}\r\n\r\n{}${inner}`],
        ["TE with a tab", `${head}Transfer-Encoding:\tchunked, identity\r\n\r\n0\r\n\r\n${inner}`],
        ["TE obscured", `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`],
        ["blank before the colon", `${head}Content-Length : 2\r\n\r\n{}${inner}`],
        ["folded header", `${head}X-A: b\r\n Content-Length: 2\r\nContent-Length: 0\r\n\r\n${inner}`],
        ["bare LF", `${head.replaceAll("\r\n", "\n")}Content-Length: 2\n\n{}${inner}`],
        ["negative CL", `${head}Content-Length: -2\r\n\r\n{}${inner}`],
        ["hexadecimal CL", `${head}Content-Length: 0x2\r\n\r\n{}${inner}`],
        ["chunk of 2^64", `${head}Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n${inner}`],
        [
          "chunk extension",
          `${head}Transfer-Encoding: chunked\r\n\r\n2;${"a".repeat(20_000)}\r\n{}\r\n0\r\n\r\n${inner}`,
        ],
        ["NUL in a header", `${head}X-A: \0\r\nContent-Length: 2\r\n\r\n{}${inner}`],
      ];
      for (const [name, request] of requests) {
        const answer = await httpAsk(arena, { from: sourceAddress(1), request, patienceMs: 20_000 });
        const answers = answer.text.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0;
        tally.count(`${answer.status} ${name}`);
        tally.expect(answer.status === 400 || answer.status === 413, () => `${name}: ${answer.text.slice(0, 300)}`);
        tally.expect(answers <= 1, () => `${name}: the smuggled request was answered`);
      }
      return tally.outcome(`${requests.length} requests with another one hidden inside`);
    },
  },
  {
    name: "https: pipelining that nobody reads",
    memoryMiB: 200,
    attack: async ({ target, scale, durationMs }) => {
      const tally = new Tally();
      const port = target.ports.console;
      const count = scale === "full" ? 100 : 10;
      const peers = await connectMany(
        count,
        (index) => ({ port, tls: true, from: sourceAddress(1 + (index % 10)) }),
        20,
      );
      for (const peer of peers) peer.stopReading();
      const requests = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
      const untilMs = performance.now() + durationMs;
      while (performance.now() < untilMs) {
        for (const peer of peers) if (peer.unsentBytes < 100_000) peer.send(requests);
        await pause(50);
      }
      for (const peer of peers) tally.count(peer.end);
      destroyAll(peers);
      return tally.outcome(`${count} peers that ask for the largest answer of the API without end and read nothing`);
    },
  },
  {
    name: "https: followers of events that do not read",
    memoryMiB: 200,
    attack: async ({ target, durationMs }) => {
      const tally = new Tally();
      const port = target.ports.console;
      const peers = await connectMany(130, (index) => ({ port, tls: true, from: sourceAddress(1 + (index % 10)) }), 20);
      const request = `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${target.token}\r\n\r\n`;
      for (const peer of peers) peer.send(request);
      await Promise.all(peers.map((peer) => peer.hears(/\r\n\r\n/)));
      for (const peer of peers) {
        tally.count(/^HTTP\/1\.1 (\d{3})/.exec(peer.said)?.[1] ?? peer.end);
        peer.stopReading();
      }
      tally.expect(tally.of("200") <= limits.eventFollowers, () => `${tally.of("200")} follow`);
      await pause(durationMs);
      destroyAll(peers);
      return tally.outcome("130 followers of the events, none of which reads");
    },
  },
  {
    name: "https: more requests than are allowed",
    memoryMiB: 150,
    fullOnly: true,
    attack: async ({ target, durationMs }) => {
      const tally = new Tally();
      const peer = await HostilePeer.connect({ port: target.ports.console, tls: true, from: sourceAddress(199) });
      const untilMs = performance.now() + durationMs;
      while (performance.now() < untilMs && peer.end === "open") {
        peer.said = "";
        peer.send("GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await peer.hears(/\r\n\r\n/);
        tally.count(/^HTTP\/1\.1 (\d{3})/.exec(peer.said)?.[1] ?? "no answer");
      }
      peer.destroy();
      const answered = tally.of("401");
      tally.expect(answered <= 2 * limits.apiRequestsPerWindow, () => `${answered} requests were looked at`);
      return tally.outcome("requests by one peer as fast as they are answered");
    },
  },
];

export interface HttpAnswer {
  /** 0: no answer, or none that is HTTP. */
  readonly status: number;
  readonly text: string;
}

/** One request on a connection of its own. */
export async function httpAsk(
  { target }: Arena,
  asked: { readonly from: string; readonly request: string; readonly patienceMs?: number },
): Promise<HttpAnswer> {
  const peer = await HostilePeer.connect({ port: target.ports.console, tls: true, from: asked.from });
  peer.send(asked.request);
  await peer.hears(/^HTTP\/1\.1 \d{3}[^]*?\r\n\r\n/, asked.patienceMs ?? patienceMs);
  // What more comes is of interest where nothing more may come.
  await peer.over(100);
  peer.destroy();
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(peer.said)?.[1] ?? 0), text: peer.said };
}
