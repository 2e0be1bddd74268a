// SPDX-License-Identifier: Apache-2.0

/** What a thousand POP3 clients cost that have signed in through the proxy and say nothing. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer, type Server, type TLSSocket } from "node:tls";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { proxyUserName, startProxiedGateway } from "../support/proxied-gateway.ts";
import { benchSettings } from "./bench-gateway.ts";
import type { BenchRun } from "./bench-run.ts";
import { conclude, mediansOf } from "./comparison.ts";
import { restingBytes } from "./process-cost.ts";
import { progress } from "./report.ts";

const idleSessions = 1000;
/** Signing in at the same time: more of one user at once look like somebody who guesses. */
const atOnce = 4;
const limitMiB = 150;
const MiB = 1 << 20;

interface Place {
  readonly gateway: GatewayProcess;
  readonly upstreamPort: number;
  readonly mailbox: CreatedMailbox;
}

/** @param files of a certificate for 127.0.0.1 that the gateway trusts */
export async function benchIdleSessions(
  { certificateFile, keyFile }: { readonly certificateFile: string; readonly keyFile: string },
  run: BenchRun,
): Promise<void> {
  const count = Math.max(20, Math.round(idleSessions * run.share));
  const upstream = createServer({ cert: await readFile(certificateFile), key: await readFile(keyFile) }, takeAnybody);
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const upstreamPort = portOf(upstream);
  const settings = [...benchSettings, ...run.settings];
  const gateway = await startProxiedGateway({ ports: [upstreamPort], caFile: certificateFile }, "", settings);
  const clients: TLSSocket[] = [];
  try {
    const mailbox = await gateway.createMailbox("idle");
    const place = { gateway, upstreamPort, mailbox };
    // The first ones load code; the memory of a gateway that has worked is what the others are added to.
    await signInMany(place, clients, 5 * atOnce);
    const before = await restingBytes(gateway.pid);
    progress(`${count} idle sessions`);
    await signInMany(place, clients, count);
    report(run, count, { before, after: await restingBytes(gateway.pid) });
  } finally {
    for (const client of clients) client.destroy();
    upstream.close();
    await gateway.remove();
  }
}

/** Greets, lets everybody in, and says yes to everything. */
function takeAnybody(socket: TLSSocket): void {
  socket.on("error", () => undefined);
  socket.write("+OK ready\r\n");
  socket.on("data", (line: Buffer) => {
    const isCapa = line.subarray(0, 4).toString("latin1").toUpperCase() === "CAPA";
    socket.write(isCapa ? "+OK\r\nUSER\r\nUIDL\r\nPIPELINING\r\n.\r\n" : "+OK\r\n");
  });
}

async function signInMany(place: Place, clients: TLSSocket[], count: number): Promise<void> {
  let left = count;
  const next = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      clients.push(await signIn(place));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

async function signIn({ gateway, upstreamPort, mailbox }: Place): Promise<TLSSocket> {
  const socket = connect({ port: gateway.ports.pop3s, host: "127.0.0.1", rejectUnauthorized: false });
  socket.on("error", () => undefined);
  await answerOf(socket);
  socket.write(`USER ${proxyUserName("anybody", upstreamPort, mailbox)}\r\n`);
  await answerOf(socket);
  socket.write("PASS anything\r\n");
  await answerOf(socket);
  return socket;
}

async function answerOf(socket: TLSSocket): Promise<void> {
  const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(60_000) });
  if (!String(answer).startsWith("+OK")) throw new Error(String(answer));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the upstream has no port");
  return address.port;
}

function report(
  run: BenchRun,
  count: number,
  { before, after }: { readonly before: number; readonly after: number },
): void {
  const addedMiB = (after - before) / MiB;
  const rounds = [{ idleMiB: before / MiB, sessionsMiB: after / MiB, addedMiB, kibEach: (addedMiB * 1024) / count }];
  conclude(
    run,
    {
      title: `${count} idle POP3 proxy sessions`,
      method: "Anonymous memory of the process, the least within ten seconds, before and after the sign-ins.",
      columns: [
        { figure: "idleMiB", heading: "idle MiB", digits: 0 },
        { figure: "sessionsMiB", heading: "with sessions MiB", digits: 0 },
        { figure: "addedMiB", heading: "added MiB", digits: 0 },
        { figure: "kibEach", heading: "KiB/session", digits: 0 },
      ],
      goals: [{ figure: "addedMiB", atMost: (limitMiB * count) / idleSessions }],
    },
    [{ name: "Postern", rounds, medians: mediansOf(rounds) }],
  );
}
